import { sign } from 'node:crypto';
import type { ServiceAccount } from '../../config/types.ts';

const validSeconds = 600;

/** Answers a token that a service of Google takes from the account as it is, without asking for another one (https://developers.google.com/identity/protocols/oauth2/service-account#jwt-auth); valid for ten minutes. */
export function signServiceToken(account: ServiceAccount, audience: string, nowMs: number): string {
  const { email, keyId, privateKey } = account;
  const seconds = Math.floor(nowMs / 1000);
  const header = { alg: 'RS256', typ: 'JWT', kid: keyId };
  const claims = { iss: email, sub: email, aud: audience, iat: seconds, exp: seconds + validSeconds };
  const content = `${encode(header)}.${encode(claims)}`;
  return `${content}.${sign('RSA-SHA256', Buffer.from(content), privateKey).toString('base64url')}`;
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
