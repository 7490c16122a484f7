import type { Reader } from './environment.ts';

const presetVariables = [
  'ANTHROPIC_API_KEY',
  'OPENAI_API_KEY',
  'DEEPGRAM_API_KEY',
  'TYPESENSE_HOST',
  'TYPESENSE_HOST_PORT',
  'TYPESENSE_API_KEY',
  'GOOGLE_APPLICATION_CREDENTIALS',
  'GOOGLE_CLOUD_PROJECT',
] as const;

export type PresetVariable = (typeof presetVariables)[number];

/** As they are: others read these too, and nothing is wrong with them where no check asks for them. */
export type PresetEnvironment = Readonly<Record<PresetVariable, string | null>>;

/** Answers what opens the services that checks may ask. */
export function readPresets({ get }: Reader): PresetEnvironment {
  return Object.fromEntries(presetVariables.map((name) => [name, get(name)])) as PresetEnvironment;
}
