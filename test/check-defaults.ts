import type { CheckConfig } from '../src/config/types.ts';

/** What a check has where its configuration says nothing. */
export const checkDefaults = {
  name: 'front',
  intervalMs: 30_000,
  timeoutMs: 5000,
  retries: 1,
  failuresToDown: 2,
  successesToRecover: 2,
  kOfN: null,
  cacheMs: 10_000,
  conditions: [],
  degraded: [],
} as const;

export type HttpCheck = Extract<CheckConfig, { kind: 'http' }>;

/** Answers an http check of the address that believes its second failure, and retries nothing. */
export function makeHttpCheck(url: string, changes: Partial<HttpCheck> = {}): HttpCheck {
  const request = { kind: 'http', url, method: 'GET', headers: {}, body: null } as const;
  return { ...checkDefaults, retries: 0, ...request, followRedirects: true, tlsVerify: true, ...changes };
}

/** Answers a check of OpenAI at the address that believes its first failure, and retries nothing; without a key where none is given. */
export function makeOpenaiCheck(baseUrl: string, apiKey: string | null): CheckConfig {
  return { ...checkDefaults, retries: 0, failuresToDown: 1, kind: 'openai', baseUrl, apiKey };
}
