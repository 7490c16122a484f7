import { createHash } from 'node:crypto';
import type { Announcement } from '../core/hand-over.ts';

const maxLength = 200;

/** Answers the key that marks repeats of one message on one channel: readable, fit for a header, at most 200 characters. */
export function createIdempotencyKey(
  { thread, event, occasion }: Pick<Announcement, 'thread' | 'event' | 'occasion'>,
  channel: string,
): string {
  const key = [thread, event, occasion, channel].join('/');
  const clean = key.replace(/[^\w.:@/-]/g, '_');
  if (clean === key && key.length <= maxLength) return key;
  const hash = createHash('sha256').update(key).digest('hex');
  return `${clean.slice(0, maxLength - 1 - hash.length)}/${hash}`;
}
