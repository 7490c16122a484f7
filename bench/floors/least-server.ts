import { hash } from 'node:crypto';
import { fastify } from 'fastify';
import { createSystemClock } from '../../src/core/clock.ts';
import { createIds } from '../../src/core/ids.ts';
import { commonHeaders } from '../../src/http/security-headers.ts';
import { createCommits } from './commits.ts';
import type { LeastRow, Repeated } from './least-row.ts';
import { writeToPostgres, writeToSqlite } from './least-store.ts';

/*
 * The least that ingest has to be, in bare parts: who asks is known by the hash of a token, the fields that a report must have
 * are looked at, its key is hashed, the row says all that an alert is asked for, one live alert a problem is kept by the database,
 * repeats of one commit are one write and leave a trail, the answer is as it has to be, with a request's id and headers. For
 * well-formed reports only: nothing is counted for an incident, limited, logged, mapped or ended, nobody supervises, and nothing
 * is kept for lists. Arguments: port, database file or address of an empty database.
 */

const [, , port = '', database = ''] = process.argv;
const callers = new Map([[hash('sha256', 'least'), 'least']]);
const ids = createIds(createSystemClock());
const write = database.startsWith('postgres') ? await writeToPostgres(database) : writeToSqlite(database);

/** A report on its way, the first of its problem in its commit, and what that commit found of the problem. */
type Taken = { row: LeastRow; nth: number; first: Taken | null; live: Repeated | null };

// Two commits under way at once, as Tocsin has them, made no difference here.
const insert = createCommits<Taken>(async (taken) => {
  const firsts = new Map<string, Taken>();
  for (const one of taken) {
    one.first = firsts.get(one.row.dedupe_key) ?? null;
    if (one.first) one.nth = ++one.first.row.occurrences;
    else firsts.set(one.row.dedupe_key, one);
  }
  for (const live of await write([...firsts.values()].map(({ row }) => row))) {
    const first = firsts.get(live.dedupe_key);
    if (first) first.live = live;
  }
});

function answer(one: Taken) {
  const { row, live } = one.first ?? one;
  return {
    accepted: true,
    deduped: live !== null || one.nth > 1,
    alert_ref: (live ?? row).alert_ref,
    dedupe_key: row.dedupe_key,
    occurrences: one.nth + (live ? live.occurrences - row.occurrences : 0),
    status: 'new',
  };
}

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
  return {
    alert_ref: `alrt_${ids.ulid()}`,
    dedupe_key: hash('sha256', `${service}|${env}|${kind}|${fingerprint}`),
    fingerprint,
    service,
    env,
    kind,
    severity,
    severity_rank: rank,
    title,
    message: null,
    source,
    labels: JSON.stringify(labels),
    annotations: null,
    metrics: null,
    evidence: null,
    first_seen_at: nowMs,
    started_at: nowMs,
    ends_at: null,
    dedupe_ttl_ms: 1_800_000,
    request_id: requestId,
    occurrences: 1,
  };
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
  const taken = bodies.map(
    (body): Taken => ({ row: buildRow(readReport(body), requestId, nowMs), nth: 1, first: null, live: null }),
  );
  await insert(taken);
  return Array.isArray(request.body) ? taken.map(answer) : answer(taken[0] as Taken);
});
await server.listen({ host: '127.0.0.1', port: Number(port) });
