import { alternate } from './harness/alternate.ts';
import type { Benchmark } from './harness/benchmark.ts';
import { againstAlertmanager, ingestColumns, ingestSides } from './sides/ingest.ts';

const load = { connections: 16, alertsPerRequest: 100 };
const allNew = { name: 'ingest-batch-new', summary: '100 alerts a request, 16 connections, all new' };
const allSame = {
  name: 'ingest-batch-repeat',
  summary: '100 alerts a request, 16 connections, always the same',
};

/** How many alerts a second are taken and durable, a hundred a request. */
export const ingestBatchNew: Benchmark = {
  ...allNew,
  run: (options) =>
    alternate(allNew, options, {
      columns: ingestColumns,
      sides: ingestSides(options, { ...load, isDistinct: true }),
      goals: againstAlertmanager('at least', 'alertsPerSecond', [0.6, 1]),
    }),
};

/** How many repeats of one problem a second are counted and durable, a hundred a request. */
export const ingestBatchRepeat: Benchmark = {
  ...allSame,
  run: (options) =>
    alternate(allSame, options, {
      columns: ingestColumns,
      sides: ingestSides(options, { ...load, isDistinct: false }),
      goals: againstAlertmanager('at least', 'alertsPerSecond', [1, 1.5]),
    }),
};
