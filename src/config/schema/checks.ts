import { z } from 'zod';
import { commonShape, intervalBounds, threshold, toCommon } from './check-common.ts';
import { duration, headers, httpUrl, section, slug, text, textMap, wholeNumber } from './fields.ts';
import { presetSchemas } from './presets.ts';

const method = z.string().regex(/^[A-Za-z]{1,20}$/, { error: 'an HTTP method such as GET' });

const httpShape = {
  ...commonShape('http'),
  kind: z.literal('http'),
  url: httpUrl,
  method: method.default('GET'),
  headers: headers.default({}),
  body: z.string().optional(),
  follow_redirects: z.boolean().default(true),
  tls_verify: z.boolean().default(true).describe('Whether the certificate must be valid.'),
};

const tcpShape = {
  ...commonShape('tcp'),
  kind: z.literal('tcp'),
  host: text,
  port: wholeNumber.min(1).max(65_535),
  send: text.optional().describe('Text that is sent after connecting.'),
  expect: text.optional().describe('Text that the answer must contain.'),
};

const commandShape = {
  ...commonShape('command'),
  kind: z.literal('command'),
  command: z.array(z.string()).min(1).describe('Program and arguments; no shell reads them.'),
  env: textMap.default({}).describe('Added to the environment of Tocsin.'),
  cwd: text.default('.').describe('Folder it runs in, from the folder of this file.'),
};

type Raw<Shape extends z.ZodRawShape> = z.output<z.ZodObject<Shape>>;

const toHttpCheck = (raw: Raw<typeof httpShape>) => ({
  ...toCommon(raw),
  kind: raw.kind,
  url: raw.url,
  method: raw.method.toUpperCase(),
  headers: raw.headers,
  body: raw.body ?? null,
  followRedirects: raw.follow_redirects,
  tlsVerify: raw.tls_verify,
});

const toTcpCheck = (raw: Raw<typeof tcpShape>) => ({
  ...toCommon(raw),
  kind: raw.kind,
  host: raw.host,
  port: raw.port,
  send: raw.send ?? null,
  expect: raw.expect ?? null,
});

const toCommandCheck = (raw: Raw<typeof commandShape>) => ({
  ...toCommon(raw),
  kind: raw.kind,
  argv: raw.command,
  env: raw.env,
  cwd: raw.cwd,
});

/** An entry of `checks:` of a component, as its `kind` has it. */
export const checkSchema = z.discriminatedUnion('kind', [
  section(httpShape).transform(toHttpCheck),
  section(tcpShape).transform(toTcpCheck),
  section(commandShape).transform(toCommandCheck),
  ...presetSchemas,
]);

/** It is never asked on demand alone, and its first failure counts, as does its first success: it is asked because others fail. */
const ofGuard = {
  name: slug.default('guard').describe('Name in the log and in metrics.'),
  interval: duration(intervalBounds).prefault('30s').describe('How often it runs, besides when others fail.'),
  failures_to_down: threshold.default(1),
  successes_to_recover: threshold.default(1),
};

/** The `guard:` section. */
export const guardSchema = z.discriminatedUnion('kind', [
  section({ ...httpShape, ...ofGuard }).transform(toHttpCheck),
  section({ ...tcpShape, ...ofGuard }).transform(toTcpCheck),
  section({ ...commandShape, ...ofGuard }).transform(toCommandCheck),
]);
