import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createHistogram } from 'node:perf_hooks';
import { readCpuMicros, readMainThreadMicros } from './load/cpu-time.ts';
import { createFraming } from './load/framing.ts';
import type { LoadPlan, LoadResult } from './load/plan.ts';
import { buildRequest, writeNumber } from './load/request.ts';

/*
 * The load generator, a process of its own: as many keep-alive connections as asked for, one request under way on each,
 * the bytes made in advance. It takes its plan as JSON in its only argument, and prints one line of JSON.
 */

const lookAtEvery = 50;
const longestMicros = 60_000_000;

const plan = JSON.parse(process.argv[2] ?? '') as LoadPlan;
const latencyMicros = createHistogram({ lowest: 1, highest: longestMicros, figures: 3 });
let sent = 0;
let lastNumber = plan.firstNumber - 1;
let answered = 0;
let measuring = false;
let over = false;

function fail(reason: string): never {
  console.error(reason);
  process.exit(1);
}

function checkAnswer(head: string, body: Buffer): void {
  if (!head.startsWith('HTTP/1.1 200'))
    fail(`unexpected answer:\n${head}\n\n${body.toString().slice(0, 500)}`);
  answered++;
  if (plan.expected === null || answered % lookAtEvery !== 1) return;
  const found = body.toString().split(plan.expected).length - 1;
  if (found !== plan.alertsPerRequest)
    fail(
      `${found} of ${plan.alertsPerRequest} alerts are ${plan.expected}: ${body.toString().slice(0, 500)}`,
    );
}

/** Sends one request after the other until it is over. */
function runConnection(socket: Socket): Promise<void> {
  const { bytes, markOffsets } = buildRequest(plan);
  let sentAt = 0;
  const { promise, resolve } = Promise.withResolvers<void>();
  const send = () => {
    if (over || sent === plan.maxRequests) return resolve();
    sent++;
    for (const offset of markOffsets) writeNumber(bytes, offset, ++lastNumber);
    sentAt = performance.now();
    socket.write(bytes);
  };
  socket.on(
    'data',
    createFraming((head, body) => {
      if (measuring) latencyMicros.record(Math.max(1, Math.round((performance.now() - sentAt) * 1000)));
      checkAnswer(head, body);
      send();
    }),
  );
  socket.on('close', () => (over ? resolve() : fail('the server closed a connection')));
  socket.on('error', (error) => fail(error.message));
  send();
  return promise;
}

async function openSocket(): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port: plan.port, noDelay: true });
  await once(socket, 'connect');
  return socket;
}

/** CPU time so far: of the server, of its first thread, and of this process. */
function readMicros() {
  const { serverPid } = plan;
  const { user, system } = process.cpuUsage();
  return {
    server: serverPid === null ? 0 : readCpuMicros(serverPid),
    main: serverPid === null ? 0 : readMainThreadMicros(serverPid),
    load: user + system,
  };
}

async function wait(ms: number, unless: Promise<unknown>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  // Left running, it would keep the process for as long as the load might have taken.
  const timer = setTimeout(resolve, ms);
  await Promise.race([promise, unless]);
  clearTimeout(timer);
}

async function run(): Promise<LoadResult> {
  const sockets = await Promise.all(Array.from({ length: plan.connections }, openSocket));
  const done = Promise.all(sockets.map(runConnection));
  await wait(plan.warmupMs, done);
  measuring = true;
  const startedAt = performance.now();
  const before = readMicros();
  await wait(plan.measureMs, done);
  const seconds = (performance.now() - startedAt) / 1000;
  const after = readMicros();
  measuring = false;
  over = true;
  await done;
  for (const socket of sockets) socket.destroy();
  const alerts = latencyMicros.count * plan.alertsPerRequest;
  return {
    alerts,
    alertsPerSecond: alerts / seconds,
    p50Ms: latencyMicros.percentile(50) / 1000,
    p99Ms: latencyMicros.percentile(99) / 1000,
    maxMs: latencyMicros.max / 1000,
    cpuMicrosPerAlert: plan.serverPid === null ? null : (after.server - before.server) / alerts,
    mainMicrosPerAlert: plan.serverPid === null ? null : (after.main - before.main) / alerts,
    loadMicrosPerAlert: (after.load - before.load) / alerts,
    requests: answered,
  };
}

console.log(JSON.stringify(await run()));
