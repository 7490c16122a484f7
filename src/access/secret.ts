import { hash, randomBytes } from 'node:crypto';

/** Answers a new secret with 256 random bits; the prefix lets scanners find one that leaked. */
export function createSecret(): string {
  return `toc_${randomBytes(32).toString('base64url')}`;
}

/**
 * Answers what is stored of a secret. A plain SHA-256 does: there is nothing to guess in 256 random bits. Rows are
 * found by this hash, so timing tells at most something of the hash, from which nobody gets back to the secret.
 */
export function hashSecret(secret: string): string {
  return hash('sha256', secret, 'hex');
}
