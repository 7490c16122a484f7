import { hash } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { fastify } from 'fastify';
import { createSystemClock } from '../../src/core/clock.ts';
import { createIds } from '../../src/core/ids.ts';
import { commonHeaders } from '../../src/http/security-headers.ts';
import { createCommits } from './commits.ts';
import type { LeastRow } from './least-worker.ts';

/*
 * The least that ingest has to be, in bare parts: who asks is known by the hash of a token, the fields that a report must have
 * are looked at, its key is hashed, the row says all that an alert is asked for, one live alert a problem is kept by the database,
 * the answer is as it has to be, with a request's id and headers. For new, well-formed reports only: nothing is counted, limited,
 * logged, mapped or repeated, nobody supervises, and nothing is kept for lists. Arguments: port, database file.
 */

const [, , port = '', path = ''] = process.argv;
const callers = new Map([[hash('sha256', 'least'), 'least']]);
const ids = createIds(createSystemClock());
const worker = new Worker(new URL('./least-worker.ts', import.meta.url), { workerData: { path } });
// Two commits under way at once, as Tocsin has them, made no difference here.
const insert = createCommits<LeastRow>(
  (rows) =>
    new Promise((done) => {
      worker.once('message', done);
      worker.postMessage(rows);
    }),
);

type Report = Readonly<Record<'service' | 'title' | 'kind' | 'severity' | 'env' | 'source', string>> & {
  labels: Readonly<Record<string, string>>;
};

const names = ['service', 'title', 'kind', 'severity', 'env', 'source'] as const;
const severities = new Map([['warning', ['P2', 2] as const]]);

function readReport(body: unknown): Report {
  const report = body as Report;
  for (const name of names) if (typeof report[name] !== 'string') throw new TypeError(`${name} is no text`);
  for (const key in report.labels)
    if (typeof report.labels[key] !== 'string') throw new TypeError(`${key} is no text`);
  return report;
}

function buildRow(report: Report, requestId: string, nowMs: number): LeastRow {
  const { service, env, kind, title, source, labels } = report;
  const [severity, rank] = severities.get(report.severity) ?? ['P2', 2];
  const fingerprint = `${service}:${kind}:${title.replace(/\d+/g, '#')}`;
  const key = hash('sha256', `${service}|${env}|${kind}|${fingerprint}`);
  const said = [service, env, kind, severity, rank, title, null, source, JSON.stringify(labels), null, null];
  const times = [nowMs, nowMs, null, 1_800_000, requestId, nowMs, nowMs, nowMs];
  return [`alrt_${ids.ulid()}`, key, fingerprint, ...said, null, ...times];
}

const server = fastify({ logger: false });
server.get('/readyz', async () => ({ status: 'ready' }));
server.post('/v1/alerts', async (request, reply) => {
  const token = request.headers.authorization?.slice('Bearer '.length) ?? '';
  if (!callers.has(hash('sha256', token))) return reply.code(401).send();
  const requestId = ids.ulid();
  reply.headers(commonHeaders).header('x-request-id', requestId);
  const bodies: readonly unknown[] = Array.isArray(request.body) ? request.body : [request.body];
  const nowMs = Date.now();
  const rows = bodies.map((body) => buildRow(readReport(body), requestId, nowMs));
  await insert(rows);
  const answers = rows.map(([ref, key]) => ({
    accepted: true,
    deduped: false,
    alert_ref: ref,
    dedupe_key: key,
    occurrences: 1,
    status: 'new',
  }));
  return Array.isArray(request.body) ? answers : answers[0];
});
await server.listen({ host: '127.0.0.1', port: Number(port) });
