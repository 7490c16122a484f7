import { Worker } from 'node:worker_threads';
import { fastify } from 'fastify';
import { Agent } from 'undici';
import type { MessageCommand, MessageRow } from './message-worker.ts';

/*
 * The least that a message costs on these parts: a report is committed and answered, its message is committed, posted, and
 * recorded as sent, in as many waits for the disk as Tocsin makes. No lease, no decisions, no incidents.
 * Arguments: port, database file, address of the receiver.
 */

const [, , port = '', path = '', receiver = ''] = process.argv;
const messagesPerCommit = 25;
const worker = new Worker(new URL('./message-worker.ts', import.meta.url), { workerData: { path } });
const http = new Agent({ connections: 50 });
const { origin, pathname } = new URL(receiver);

const waiting: (() => void)[] = [];
worker.on('message', () => waiting.shift()?.());
function run(command: MessageCommand): Promise<void> {
  worker.postMessage(command);
  return new Promise((done) => waiting.push(done));
}

/** Answers what takes items one by one and hands them on in groups, one group at a time. */
function inGroups<Item>(most: number, work: (items: readonly Item[]) => Promise<void>) {
  const queue: Item[] = [];
  let isRunning = false;
  return async (...items: Item[]): Promise<void> => {
    queue.push(...items);
    if (isRunning) return;
    isRunning = true;
    while (queue.length > 0) await work(queue.splice(0, most));
    isRunning = false;
  };
}

async function post({ id, service, text }: MessageRow): Promise<void> {
  const body = JSON.stringify({ service, text });
  const headers = { 'content-type': 'application/json', 'idempotency-key': id };
  const answer = await http.request({ origin, path: pathname, method: 'POST', headers, body });
  await answer.body.dump();
  await record(id);
}

const record = inGroups<string>(500, (ids) => run({ kind: 'sent', ids }));
const tell = inGroups<MessageRow>(messagesPerCommit, async (rows) => {
  await run({ kind: 'message', rows });
  for (const row of rows) void post(row);
});

let lastId = 0;
const server = fastify({ logger: false });
server.get('/readyz', async () => ({ status: 'ready' }));
server.post('/v1/alerts', async (request) => {
  const alerts = (Array.isArray(request.body) ? request.body : [request.body]) as { service: string }[];
  const rows = alerts.map((alert) => {
    const id = `alrt_${String(++lastId).padStart(12, '0')}`;
    return { id, service: alert.service, text: JSON.stringify(alert) };
  });
  await run({ kind: 'report', rows });
  void tell(...rows);
  const answers = rows.map(({ id }) => ({ accepted: true, alert_ref: id }));
  return Array.isArray(request.body) ? answers : answers[0];
});
await server.listen({ host: '127.0.0.1', port: Number(port) });
