import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import { fastify } from 'fastify';
import {
  createHeardSources,
  type IngestAnswer,
  ingestFresh,
  type KeyedReport,
} from '../../src/alerts/index.ts';
import { type Base, openBase } from '../../src/base.ts';
import { loadConfig } from '../../src/config/index.ts';
import { systemActor } from '../../src/core/actor.ts';
import type { AlertReport } from '../../src/core/hand-over.ts';
import { ingestAction } from '../../src/flows/report.ts';
import { createGroupCommit } from '../../src/store/index.ts';

/*
 * A rung between the ingest floor and Tocsin: bare Fastify before parts of the program itself, on its own schema. Arguments:
 * port, database file or address of an empty database, rung. `rows`: what is posted becomes alerts' rows in groups, each with a key that cost nothing, and no
 * question. `reports`: the action itself, which reads, keys, counts repeats and answers in full.
 */

const [, , port = '', database = '', rung = ''] = process.argv;
const actor = systemActor('rung');

type Take = (body: unknown) => Promise<unknown>;

/** Answers what makes rows of bodies; all of them are new. */
function takeAsRows(base: Base): Take {
  const heard = createHeardSources();
  const group = createGroupCommit({
    ...base.context(actor, null).dialect.groups,
    commit: async (requests: readonly KeyedReport[][]) => {
      const answers = (await ingestFresh(base.context(actor, null), requests.flat(), heard)).values();
      return requests.map((request) => request.map(() => answers.next().value as IngestAnswer | null));
    },
  });
  const nextKey = createKeys();
  return async (body) => {
    const answers = await group.submit(bodiesOf(body).map((report) => keyAnyhow(report, nextKey())));
    return Array.isArray(body) ? answers : answers[0];
  };
}

function bodiesOf(body: unknown): AlertReport[] {
  return (Array.isArray(body) ? body : [body]) as AlertReport[];
}

function keyAnyhow(body: AlertReport, dedupeKey: string): KeyedReport {
  const report = {
    ...body,
    severity: 'P2' as const,
    startedAt: null,
    endsAt: null,
    annotations: {},
    metrics: {},
    dedupeTtlMs: 1_800_000,
  };
  return { report, requestId: null, fingerprint: body.title, dedupeKey };
}

/** Answers keys as far from each other as hashes are. */
function createKeys(): () => string {
  const rest = randomBytes(28).toString('hex');
  let count = 0;
  return () => {
    count++;
    return (Math.imul(count, 0x9e3779b1) >>> 0).toString(16).padStart(8, '0') + rest;
  };
}

const store: Record<string, string> = database.startsWith('postgres')
  ? { ALERT_BACKEND: 'postgres', ALERT_DATABASE_URL: database, TOCSIN_DATA_DIR: process.cwd() }
  : { ALERT_BACKEND: 'sqlite', TOCSIN_DATA_DIR: dirname(database) };
const config = await loadConfig({ env: store, cwd: process.cwd() });
const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const base = await openBase({ config, log: quiet });
const takeAsReports: Take = (body) => ingestAction.run(base.context(actor, null), body as object);
const take = rung === 'rows' ? takeAsRows(base) : takeAsReports;

const server = fastify({ logger: false });
server.get('/readyz', async () => ({ status: 'ready' }));
server.post('/v1/alerts', (request) => take(request.body));
await server.listen({ host: '127.0.0.1', port: Number(port) });
