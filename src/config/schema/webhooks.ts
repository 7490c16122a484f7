import { z } from 'zod';
import {
  headerName,
  kind,
  section,
  severity,
  slug,
  text,
  textMap,
  timerDuration,
  withoutUndefined,
} from './fields.ts';

const longestMapping = 20_000;
const secret = z.string().default('').describe('Shared with the sender; empty: everything is refused.');

const standardSecret = secret.refine(isStandardKey, {
  error: 'a text, or "whsec_" with base64 behind it',
});
const pathSecret = secret.refine((value) => value === '' || /^[\w.~-]{16,200}$/.test(value), {
  error: '16 to 200 letters, digits, "-", "_", "." and "~"',
});

const defaultsSchema = section({
  service: text.optional(),
  env: text.optional(),
  source: text.optional().describe('Who reports, as `billing@cloud`; default: `webhook:` and the name.'),
  kind: kind.optional(),
  severity: severity.optional(),
  labels: textMap.optional(),
}).transform(withoutUndefined);

const common = {
  mapping: text
    .max(longestMapping, { error: `at most ${longestMapping} characters` })
    .describe('JSONata expression that makes one alert of a body, or a list of them.'),
  defaults: defaultsSchema.prefault({}).describe('Stand in for what the mapping leaves out.'),
  severities: z
    .record(text, severity)
    .default({})
    .describe("The sender's own words for severities, as `{ sev1: P0 }`; letter case is ignored."),
};

const entrySchema = z.discriminatedUnion('verify', [
  section({
    verify: z.literal('hmac').describe('SHA-256 over the raw body, as GitHub signs.'),
    secret,
    header: headerName.default('X-Hub-Signature-256'),
    ...common,
  }),
  section({
    verify: z.literal('standard').describe('Standard Webhooks: signature, timestamp and id.'),
    secret: standardSecret,
    tolerance: timerDuration(1000).prefault('5m').describe('How old or early a timestamp may be.'),
    ...common,
  }),
  section({
    verify: z.literal('token').describe('The secret itself in a header, from senders that cannot sign.'),
    secret,
    header: headerName.default('X-Webhook-Token'),
    ...common,
  }),
  section({
    verify: z.literal('path').describe('The secret behind the name in the address.'),
    secret: pathSecret,
    ...common,
  }),
]);

/** The `webhooks:` section, by name. */
export const webhooksSchema = z.record(
  slug.refine((name) => name !== 'github', {
    error: 'another name: deliveries of GitHub come here, signed with GITHUB_WEBHOOK_SECRET',
  }),
  entrySchema.transform((raw) => ({
    proof: toProof(raw),
    mapping: raw.mapping,
    defaults: raw.defaults,
    severities: lowerKeys(raw.severities),
  })),
);

function toProof(raw: z.output<typeof entrySchema>) {
  const secret = raw.secret || null;
  switch (raw.verify) {
    case 'hmac':
    case 'token':
      return { kind: raw.verify, secret, header: raw.header.toLowerCase() };
    case 'standard':
      return { kind: raw.verify, secret, toleranceMs: raw.tolerance };
    case 'path':
      return { kind: raw.verify, secret };
  }
}

function isStandardKey(secret: string): boolean {
  if (!secret.startsWith('whsec_')) return true;
  return /^[A-Za-z0-9+/]{4,}={0,2}$/.test(secret.slice('whsec_'.length));
}

function lowerKeys<Value>(map: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(Object.entries(map).map(([word, value]) => [word.trim().toLowerCase(), value]));
}
