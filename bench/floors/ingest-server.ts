import { Worker } from 'node:worker_threads';
import { fastify } from 'fastify';

/*
 * The least that durable ingest costs on these parts: Fastify reads the body, a worker thread inserts it into SQLite, all
 * that wait share a commit, the answer comes after it. No checks, no dedupe, no events. Arguments: port, database file.
 */

const [, , port = '', path = ''] = process.argv;
const worker = new Worker(new URL('./ingest-worker.ts', import.meta.url), { workerData: { path } });

type Waiting = { rows: string[][]; done: () => void };
let queue: Waiting[] = [];
let underWay: Waiting[] = [];
let lastId = 0;

function commitWaiting(): void {
  if (underWay.length > 0 || queue.length === 0) return;
  underWay = queue;
  queue = [];
  worker.postMessage(underWay.flatMap(({ rows }) => rows));
}

worker.on('message', () => {
  const committed = underWay;
  underWay = [];
  commitWaiting();
  for (const { done } of committed) done();
});

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
  await new Promise<void>((done) => {
    queue.push({ rows, done });
    commitWaiting();
  });
  const answers = rows.map(([id]) => ({ accepted: true, alert_ref: id }));
  return Array.isArray(request.body) ? answers : answers[0];
});
await server.listen({ host: '127.0.0.1', port: Number(port) });
