import { getRandomValues, randomUUID } from 'node:crypto';
import type { Clock } from './clock.ts';

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** Makes identifiers; ULIDs of one process always grow, so that index pages fill in order. */
export type Ids = {
  /** 26 characters of Crockford's base 32: 48 bits of epoch milliseconds, 80 random bits (the ULID specification). */
  ulid(): string;
  uuid(): string;
};

type Randomness = (bytes: Uint8Array) => void;

/** Answers a source of random bytes that asks the system for many at once, as each question costs more than an id. */
function createRandomness(): Randomness {
  const pool = new Uint8Array(4096);
  let used = pool.length;
  return (bytes) => {
    if (used + bytes.length > pool.length) {
      getRandomValues(pool);
      used = 0;
    }
    bytes.set(pool.subarray(used, used + bytes.length));
    used += bytes.length;
  };
}

/** Answers an id maker on the given clock; `fill` writes random bytes and is replaced in tests only. */
export function createIds(clock: Clock, fill: Randomness = createRandomness()): Ids {
  let lastMs = -1;
  let lastTime = '';
  const digits = new Uint8Array(16);

  const draw = () => {
    fill(digits);
    digits.forEach((byte, i) => {
      // The top digit keeps its high bit clear: room to count up within a millisecond.
      digits[i] = byte & (i === 0 ? 15 : 31);
    });
  };
  const increment = () => {
    const last = digits.findLastIndex((digit) => digit < 31);
    digits[last] = Number(digits[last]) + 1;
    digits.fill(0, last + 1);
  };

  return {
    ulid() {
      const now = clock.now();
      // A clock that goes back keeps the last millisecond: order is worth more than accuracy here.
      if (now > lastMs) {
        lastMs = now;
        lastTime = encodeTime(now);
        draw();
      } else increment();
      return lastTime + encodeDigits(digits);
    },
    uuid: () => randomUUID(),
  };
}

/** Answers the first ten characters of every ULID of that millisecond. */
export function encodeTime(epochMs: number): string {
  let text = '';
  let rest = epochMs;
  for (let i = 0; i < 10; i++) {
    text = alphabet.charAt(rest % 32) + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}

/** Answers the millisecond of a ULID, or of its first ten characters; null: it is none. */
export function decodeTime(ulid: string): number | null {
  if (ulid.length < 10) return null;
  let epochMs = 0;
  for (const character of ulid.slice(0, 10)) {
    const digit = alphabet.indexOf(character);
    if (digit < 0) return null;
    epochMs = epochMs * 32 + digit;
  }
  return epochMs;
}

function encodeDigits(digits: Uint8Array): string {
  let text = '';
  for (const digit of digits) text += alphabet.charAt(digit);
  return text;
}
