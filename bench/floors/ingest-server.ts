import { Worker } from 'node:worker_threads';
import { fastify } from 'fastify';
import pg from 'pg';
import { createCommits } from './commits.ts';

/*
 * The least that durable ingest costs on these parts: Fastify reads the body, all that wait are inserted with one commit, the
 * answer comes after it. No checks, no dedupe, no events. Into SQLite a worker thread inserts; into PostgreSQL one connection
 * does, all of them in one statement. Arguments: port, database file or address of an empty database.
 */

const [, , port = '', database = ''] = process.argv;

type Commit = (rows: readonly string[][]) => Promise<unknown>;

function commitToSqlite(path: string): Commit {
  const worker = new Worker(new URL('./ingest-worker.ts', import.meta.url), { workerData: { path } });
  return (rows) =>
    new Promise((done) => {
      worker.once('message', done);
      worker.postMessage(rows);
    });
}

async function commitToPostgres(address: string): Promise<Commit> {
  const client = new pg.Client(address);
  await client.connect();
  await client.query('create table alert (id text primary key, service text, title text, rest text)');
  const text = 'insert into alert select * from unnest($1::text[], $2::text[], $3::text[], $4::text[])';
  return (rows) =>
    client.query({ name: 'insert', text, values: [0, 1, 2, 3].map((i) => rows.map((row) => row[i])) });
}

const isPostgres = database.startsWith('postgres');
const commit = isPostgres ? await commitToPostgres(database) : commitToSqlite(database);

const insert = createCommits(commit);
let lastId = 0;

type Alert = { service: string; title: string };

const server = fastify({ logger: false });
server.get('/readyz', async () => ({ status: 'ready' }));
server.post('/v1/alerts', async (request) => {
  const alerts = (Array.isArray(request.body) ? request.body : [request.body]) as Alert[];
  const rows = alerts.map(({ service, title, ...rest }) => [
    `alrt_${String(++lastId).padStart(12, '0')}`,
    service,
    title,
    JSON.stringify(rest),
  ]);
  await insert(rows);
  const answers = rows.map(([id]) => ({ accepted: true, alert_ref: id }));
  return Array.isArray(request.body) ? answers : answers[0];
});
await server.listen({ host: '127.0.0.1', port: Number(port) });
