import { z } from 'zod';
import { commonShape, toCommon } from './check-common.ts';
import { section, text } from './fields.ts';

const baseUrl = z
  .string()
  // A URL that something is added to is not trimmed any more.
  .refine((url) => URL.canParse(`${url}/`) && /^https?:\/\/[^/?#@\s][^?#@\s]*$/i.test(url), {
    error: 'a URL that begins with http:// or https://, without user, query, fragment and blanks',
  })
  .transform((url) => url.replace(/\/+$/, ''));

/** What is asked begins with the version by itself. */
const apiUrl = baseUrl.refine((url) => !/\/v1$/i.test(url), {
  error: 'the address without the /v1 of its paths',
});

/** A provider's API that a key of the environment opens. */
function providerSchema<Kind extends 'anthropic' | 'openai' | 'deepgram'>(kind: Kind, usual: string) {
  return section({
    ...commonShape(kind),
    kind: z.literal(kind),
    base_url: apiUrl.default(usual).describe('Where the API is, without the /v1 of its paths.'),
  }).transform((raw) => ({ ...toCommon(raw), kind: raw.kind, baseUrl: raw.base_url, apiKey: null }));
}

const typesense = section({
  ...commonShape('typesense'),
  kind: z.literal('typesense'),
  base_url: baseUrl
    .optional()
    .describe('Where the server is; default: TYPESENSE_HOST and TYPESENSE_HOST_PORT, by https.'),
}).transform((raw) => ({ ...toCommon(raw), kind: raw.kind, baseUrl: raw.base_url ?? null, apiKey: null }));

// No name is `.` or `..`: a URL takes these for steps, and a list of documents would be read instead of one.
const documentPath = z.string().regex(/^(?!.*(^|\/)\.\.?(\/|$))[^/]+\/[^/]+(\/[^/]+\/[^/]+)*$/, {
  error: 'a path of collections and documents in turn, such as health/tocsin',
});

const firestore = section({
  ...commonShape('firestore'),
  kind: z.literal('firestore'),
  base_url: apiUrl.default('https://firestore.googleapis.com'),
  project: text.optional().describe("Default: GOOGLE_CLOUD_PROJECT, or else the service account's own."),
  database: text.default('(default)'),
  document: documentPath.default('health/tocsin').describe('What is read; it need not exist.'),
}).transform((raw) => ({
  ...toCommon(raw),
  kind: raw.kind,
  baseUrl: raw.base_url,
  project: raw.project ?? null,
  database: raw.database,
  document: raw.document,
  account: null,
}));

/** Entries of `checks:` that ask a known service; what opens it comes from the environment, later. */
export const presetSchemas = [
  providerSchema('anthropic', 'https://api.anthropic.com'),
  providerSchema('openai', 'https://api.openai.com'),
  providerSchema('deepgram', 'https://api.deepgram.com'),
  typesense,
  firestore,
] as const;
