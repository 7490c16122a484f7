import { basename, resolve } from 'node:path';
import { z } from 'zod';
import { profileOfTask } from '../access/index.ts';
import { defineAction } from '../core/action.ts';
import { toIso } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import { pageInput, pageOf, readCursor, toPage } from '../core/page.ts';
import {
  forgetState,
  freshnesses,
  getState,
  importFiles,
  keyInput,
  listState,
  namespaceInput,
  type StatePlace,
  selectNamespaces,
  setState,
  valueInput,
} from '../jobs/index.ts';
import type { FlowCtx } from './context.ts';
import { commonNamespace, findStatePlace, listCacheFiles, namespacesOf } from './state-places.ts';

const namespace = namespaceInput
  .optional()
  .describe("Cache file, of which the base name counts; default: the one of the task's profile.");
const cli = { jobs: true, environment: { namespace: 'CACHE_FILENAME' } } as const;

const entryView = z.object({
  namespace: z.string(),
  key: z.string(),
  value: z.string(),
  updated_at: z.string().nullable().describe('Null: not known, as in text files.'),
});

/** Answers what a script remembers under a key. */
export const getStateAction = defineAction({
  name: 'state.get',
  summary: 'Show the value of a key of a script; 0 where it is missing or too old',
  input: z.strictObject({
    key: keyInput,
    namespace,
    fresh: z
      .enum(freshnesses)
      .optional()
      .describe('Answers 0 unless the time in KEY_ts is at most 3 (hourly) or 36 hours (daily) ago.'),
  }),
  output: entryView.extend({ reason: z.string() }),
  entitlement: 'tools.state.read',
  http: { method: 'GET', path: '/v1/state/:key' },
  cli: { command: 'state get', args: ['key'], print: 'value', ...cli },
  async run(ctx: FlowCtx, { key, namespace, fresh = null }) {
    const place = choosePlace(ctx, namespace);
    const { value, reason, updatedAt } = await getState(ctx, place, { key, freshness: fresh });
    return { namespace: place.namespace, key, value, reason, updated_at: toIso(updatedAt) };
  },
});

/** Keeps what a script wants to remember. */
export const setStateAction = defineAction({
  name: 'state.set',
  summary: 'Keep a value under a key of a script',
  input: z.strictObject({
    key: keyInput,
    value: valueInput,
    namespace,
    stamp: z.boolean().default(false).describe('Keep the time too, in KEY_ts.'),
  }),
  output: entryView,
  entitlement: 'tools.state.write',
  http: { method: 'POST', path: '/v1/state/:key' },
  cli: { command: 'state set', args: ['key', 'value'], ...cli },
  async run(ctx: FlowCtx, { key, value, namespace, stamp }) {
    const place = choosePlace(ctx, namespace);
    await setState(ctx, place, { key, value, isStamped: stamp });
    return { namespace: place.namespace, key, value, updated_at: toIso(ctx.clock.now()) };
  },
});

/** Forgets a key. */
export const deleteStateAction = defineAction({
  name: 'state.delete',
  summary: 'Forget a key of a script',
  input: z.strictObject({ key: keyInput, namespace }),
  output: z.object({ namespace: z.string(), key: z.string(), deleted: z.boolean() }),
  entitlement: 'tools.state.write',
  http: { method: 'DELETE', path: '/v1/state/:key' },
  cli: { command: 'state delete', args: ['key'], ...cli },
  async run(ctx: FlowCtx, { key, namespace }) {
    const place = choosePlace(ctx, namespace);
    return { namespace: place.namespace, key, deleted: await forgetState(ctx, place, key) };
  },
});

/** Answers all that is kept in a namespace. */
export const listStateAction = defineAction({
  name: 'state.list',
  summary: 'List the keys and values of a namespace, by key',
  input: z.strictObject({ namespace, ...pageInput }),
  output: pageOf(entryView),
  entitlement: 'tools.state.read',
  http: { method: 'GET', path: '/v1/state' },
  cli: { command: 'state list', ...cli },
  async run(ctx: FlowCtx, { namespace, cursor, limit }) {
    const afterKey = readCursor(cursor);
    const place = choosePlace(ctx, namespace ?? (await onlyNamespace(ctx)));
    const entries = await listState(ctx, place);
    const rest = entries.filter(({ key }) => afterKey === null || key > afterKey);
    return toPage(
      rest,
      limit,
      ({ key }) => key,
      ({ updatedAt, ...entry }) => ({ namespace: place.namespace, ...entry, updated_at: toIso(updatedAt) }),
    );
  },
});

/** Moves text files of scripts into the database, beside which the caller must be. */
export const importStateAction = defineAction({
  name: 'state.import',
  summary: 'Move text files of state into the database',
  input: z.strictObject({
    files: z
      .array(z.string().min(1))
      .max(1000)
      .describe('Default: those that jobs.yaml and the environment name.'),
    overwrite: z.boolean().default(false).describe('Take the text where the database has another value.'),
  }),
  output: z.object({
    files: z.int(),
    missing: z.int(),
    imported: z.int(),
    skipped: z.int(),
    invalid: z.int(),
  }),
  entitlement: 'tools.state.write',
  run(ctx: FlowCtx, { files, overwrite }) {
    const named = files.map((path) => ({ namespace: basename(path), path: resolve(path) }));
    return importFiles(ctx, named.length > 0 ? named : listCacheFiles(ctx.config), overwrite);
  },
});

/** A task reaches the namespaces of its own profile and no others. Throws FORBIDDEN, and VALIDATION_ERROR where nobody names one. */
function choosePlace(ctx: FlowCtx, asked: string | undefined): StatePlace {
  const profile = profileOfTask(ctx.actor);
  if (profile !== null) {
    const own = namespacesOf(ctx.config, profile);
    const namespace = asked ?? own[0];
    if (own.includes(namespace)) return findStatePlace(ctx.config, namespace);
    throw new AppError(
      'FORBIDDEN',
      `a task of ${profile} has the state of ${own.join(', ')}, and not of ${namespace}`,
    );
  }
  const namespace = asked ?? commonNamespace(ctx.config);
  if (namespace !== null) return findStatePlace(ctx.config, namespace);
  throw new AppError(
    'VALIDATION_ERROR',
    'namespace: name a cache file, as edge-state.txt, or set CACHE_FILENAME',
  );
}

/** Whoever asks for a list without a name is told the names, or gets the only one. */
async function onlyNamespace(ctx: FlowCtx): Promise<string | undefined> {
  if (profileOfTask(ctx.actor) !== null || commonNamespace(ctx.config) !== null) return undefined;
  const names = (await selectNamespaces(ctx)).sort();
  if (names.length === 1) return names[0];
  const known = names.length === 0 ? 'none is kept yet' : `there are: ${names.join(', ')}`;
  throw new AppError('VALIDATION_ERROR', `namespace: name one; ${known}`);
}
