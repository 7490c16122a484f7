import { missingVariable } from '../../config/presets.ts';
import type { FirestoreTarget, PresetTarget } from '../../config/types.ts';
import type { SubjectName } from '../../core/condition.ts';
import type { Answer, Probe } from '../types.ts';
import { signServiceToken } from './google-token.ts';
import { createHttpProbe, type HttpTarget } from './http.ts';

/** Answers a probe that reads what costs nothing, or next to nothing, with the service's own key; without the key nothing is asked. */
export function createPresetProbe(target: PresetTarget, subjects: ReadonlySet<SubjectName>): Probe {
  const missing = missingVariable(target);
  if (missing !== null) return async () => notConfigured(missing);
  // A token is of its time: what holds one is made anew for each run.
  if (target.kind === 'firestore')
    return (clock, stop) => createHttpProbe(askFirestore(target, clock.now()), subjects)(clock, stop);
  return createHttpProbe(askService(target), subjects);
}

function notConfigured(variable: string): Answer {
  const failure = { status: 'unknown', reason: 'not_configured', detail: `${variable} is not set` } as const;
  return { facts: { latencyMs: 0 }, failure };
}

/** Answers what is asked of a service. A redirect is an answer like others and is not followed: the key is for this address. */
function get(url: string, headers: Readonly<Record<string, string>>): HttpTarget {
  return { url, method: 'GET', headers, body: null, followRedirects: false, tlsVerify: true };
}

function askService({ kind, baseUrl, apiKey }: Exclude<PresetTarget, FirestoreTarget>): HttpTarget {
  const key = apiKey ?? '';
  switch (kind) {
    // https://docs.anthropic.com/en/api/models-list
    case 'anthropic':
      return get(`${baseUrl}/v1/models?limit=1`, { 'x-api-key': key, 'anthropic-version': '2023-06-01' });
    // https://platform.openai.com/docs/api-reference/models/list
    case 'openai':
      return get(`${baseUrl}/v1/models`, { authorization: `Bearer ${key}` });
    // https://developers.deepgram.com/reference/manage/projects/list
    case 'deepgram':
      return get(`${baseUrl}/v1/projects`, { authorization: `Token ${key}` });
    // https://typesense.org/docs/latest/api/cluster-operations.html#health
    case 'typesense':
      return get(`${baseUrl}/health`, { 'x-typesense-api-key': key });
  }
}

// https://cloud.google.com/firestore/docs/reference/rest/v1/projects.databases.documents/get
function askFirestore(target: FirestoreTarget, nowMs: number): HttpTarget {
  const { baseUrl, project, database, document, account } = target;
  const place = ['projects', project ?? '', 'databases', database, 'documents', ...document.split('/')];
  const token = account === null ? '' : signServiceToken(account, 'https://firestore.googleapis.com/', nowMs);
  return get(`${baseUrl}/v1/${place.map(encodeURIComponent).join('/')}`, {
    authorization: `Bearer ${token}`,
  });
}
