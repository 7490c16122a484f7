import { createHmac, hash, timingSafeEqual } from 'node:crypto';
import type { WebhookProof } from '../config/index.ts';

/** What came with a request; header names in small letters. */
export type ProofGiven = {
  header(name: string): string | null;
  /** What stands behind the name in the address; null: nothing. */
  pathSecret: string | null;
  body: Uint8Array;
};

type Refusal =
  | 'secret_not_set'
  | 'secret_missing'
  | 'secret_wrong'
  | 'signature_missing'
  | 'signature_malformed'
  | 'signature_wrong'
  | 'timestamp_malformed'
  | 'timestamp_too_old'
  | 'timestamp_too_early';

export type ProofDecision = { good: true; reason: 'signature_good' | 'secret_good' } | Bad;
type Bad = { good: false; reason: Refusal };

/** Decides whether a request comes from the sender that the webhook is for. */
export function decideProof(proof: WebhookProof, given: ProofGiven, nowMs: number): ProofDecision {
  const { secret } = proof;
  if (secret === null) return bad('secret_not_set');
  switch (proof.kind) {
    case 'hmac':
      return decideHmac(secret, given.header(proof.header), given.body);
    case 'standard':
      return decideStandard(secret, proof.toleranceMs, given, nowMs);
    case 'token':
      return decideSecret(secret, given.header(proof.header)?.replace(/^bearer +/i, '') ?? null);
    case 'path':
      return decideSecret(secret, given.pathSecret);
  }
}

/** GitHub's way: `sha256=` and the hex of the HMAC over the raw body; others send the bare hex. */
function decideHmac(secret: string, header: string | null, body: Uint8Array): ProofDecision {
  if (!header) return bad('signature_missing');
  const [, hex] = /^(?:sha256=)?([0-9a-f]{64})$/i.exec(header.trim()) ?? [];
  if (hex === undefined) return bad('signature_malformed');
  const expected = createHmac('sha256', secret).update(body).digest();
  return timingSafeEqual(expected, Buffer.from(hex, 'hex'))
    ? { good: true, reason: 'signature_good' }
    : bad('signature_wrong');
}

/** The specification of Standard Webhooks: one of the `v1` signatures over `id.timestamp.body` must be right. */
function decideStandard(
  secret: string,
  toleranceMs: number,
  { header, body }: ProofGiven,
  nowMs: number,
): ProofDecision {
  const [id, timestamp, signatures] = ['id', 'timestamp', 'signature'].map((word) =>
    header(`webhook-${word}`),
  );
  if (!id || !timestamp || !signatures) return bad('signature_missing');
  if (!/^\d{1,12}$/.test(timestamp)) return bad('timestamp_malformed');
  const ageMs = nowMs - Number(timestamp) * 1000;
  if (ageMs > toleranceMs) return bad('timestamp_too_old');
  if (ageMs < -toleranceMs) return bad('timestamp_too_early');
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : secret;
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest();
  const isRight = signatures.split(' ').some((one) => isSignature(one, expected));
  return isRight ? { good: true, reason: 'signature_good' } : bad('signature_wrong');
}

function isSignature(text: string, expected: Buffer): boolean {
  const given = text.startsWith('v1,') ? Buffer.from(text.slice(3), 'base64') : Buffer.alloc(0);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** Hashes are compared, as they are of one length whatever was sent. */
function decideSecret(secret: string, given: string | null): ProofDecision {
  if (!given) return bad('secret_missing');
  const [expected, sent] = [secret, given].map((text) => hash('sha256', text, 'buffer'));
  return expected && sent && timingSafeEqual(expected, sent)
    ? { good: true, reason: 'secret_good' }
    : bad('secret_wrong');
}

function bad(reason: Refusal): Bad {
  return { good: false, reason };
}

/** Decides what a delivery is whose key was taken already: the same again, or another one under its key. */
export function decideRepeat(takenBodyHash: string, bodyHash: string): 'same_delivery' | 'other_body' {
  return takenBodyHash === bodyHash ? 'same_delivery' : 'other_body';
}
