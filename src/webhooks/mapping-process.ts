import { Worker } from 'node:worker_threads';

/*
 * The process that expressions run in, with no variable of Tocsin's environment. Out of memory it dies alone, which a
 * thread would not; and this thread stays free to see that Tocsin is gone, whatever the expression does in the other.
 */

const worker = new Worker(new URL('./evaluate.ts', import.meta.url), { execArgv: [] });
worker.on('message', (message) => process.send?.(message));
worker.on('error', () => process.exit(1));
process.on('message', (job) => worker.postMessage(job));
process.on('disconnect', () => process.exit());
