import { isIP } from 'node:net';
import { createReader, type Reader } from './environment.ts';
import type { PresetEnvironment, PresetVariable } from './preset-environment.ts';
import type { Reading } from './reading.ts';
import { readServiceAccount } from './service-account.ts';
import type { CheckConfig, KeyedTarget, PresetTarget, ServiceAccount } from './types.ts';

const keyVariables: Readonly<Record<PresetTarget['kind'], PresetVariable>> = {
  anthropic: 'ANTHROPIC_API_KEY',
  openai: 'OPENAI_API_KEY',
  deepgram: 'DEEPGRAM_API_KEY',
  typesense: 'TYPESENSE_API_KEY',
  firestore: 'GOOGLE_APPLICATION_CREDENTIALS',
};

/** What the environment has for the checks that there are; null: it is not set. */
export type PresetAccess = {
  keys: Readonly<Record<KeyedTarget['kind'], string | null>>;
  typesenseUrl: string | null;
  account: ServiceAccount | null;
  project: string | null;
};

type PresetCheck = Extract<CheckConfig, PresetTarget>;

/** Answers whether the check asks a known service. */
export function isPreset(check: CheckConfig): check is PresetCheck {
  return Object.hasOwn(keyVariables, check.kind);
}

/** Answers the variable that holds a service's key, or names the file that does. */
export function keyVariableOf({ kind }: PresetTarget): string {
  return keyVariables[kind];
}

/** Answers the variable without which the service cannot be asked; null: nothing is missing. */
export function missingVariable(target: PresetTarget): string | null {
  if (target.baseUrl === null) return 'TYPESENSE_HOST';
  const secret = target.kind === 'firestore' ? target.account : target.apiKey;
  return secret === null ? keyVariableOf(target) : null;
}

/** Reads what the checks need of the environment, and nothing that none of them asks for: these names belong to others too. */
export async function readPresetAccess(
  reading: Reading,
  environment: PresetEnvironment,
  checks: readonly CheckConfig[],
): Promise<PresetAccess> {
  const presets = checks.filter(isPreset);
  const reader = createReader(reading.environment, reading.problems);
  const has = (kind: PresetTarget['kind']) => presets.some((check) => check.kind === kind);
  const keyOf = (kind: KeyedTarget['kind']) => (has(kind) ? readKey(reader, keyVariables[kind]) : null);
  const path = environment.GOOGLE_APPLICATION_CREDENTIALS;
  const found = has('firestore') && path !== null ? await readServiceAccount(reading, path) : null;
  return {
    keys: {
      anthropic: keyOf('anthropic'),
      openai: keyOf('openai'),
      deepgram: keyOf('deepgram'),
      typesense: keyOf('typesense'),
    },
    typesenseUrl: presets.some(({ baseUrl }) => baseUrl === null) ? readTypesenseUrl(reader) : null,
    account: found?.account ?? null,
    project: environment.GOOGLE_CLOUD_PROJECT ?? found?.project ?? null,
  };
}

/** Answers the check with what the environment has for it; one of no known service as it is. */
export function equipPreset(check: CheckConfig, access: PresetAccess): CheckConfig {
  switch (check.kind) {
    case 'anthropic':
    case 'openai':
    case 'deepgram':
      return { ...check, apiKey: access.keys[check.kind] };
    case 'typesense':
      return { ...check, baseUrl: check.baseUrl ?? access.typesenseUrl, apiKey: access.keys.typesense };
    case 'firestore':
      return { ...check, project: check.project ?? access.project, account: access.account };
    default:
      return check;
  }
}

/** A key that no header can hold would fail at every run, and for no reason that anybody understands. */
function readKey(reader: Reader, name: PresetVariable): string | null {
  const key = reader.get(name);
  if (key === null || /^[\x21-\x7e]+$/.test(key)) return key;
  reader.refuse(name, 'a key of letters, digits and signs, without spaces');
  return null;
}

function readTypesenseUrl(reader: Reader): string | null {
  const host = reader.get('TYPESENSE_HOST')?.replace(/^\[(.*)\]$/, '$1') ?? null;
  const port = reader.wholeNumber('TYPESENSE_HOST_PORT', 1, 65_535) ?? 443;
  if (host === null) return null;
  const url = `https://${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
  if ((isIP(host) === 6 || /^[A-Za-z0-9._-]+$/.test(host)) && URL.canParse(url)) return url;
  const advice = 'for a port set TYPESENSE_HOST_PORT, for http the base_url of the check';
  reader.refuse('TYPESENSE_HOST', 'a host such as search.example.com', advice);
  return null;
}
