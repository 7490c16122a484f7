import { alternate } from './harness/alternate.ts';
import type { Benchmark } from './harness/benchmark.ts';
import { againstAlertmanager, ingestColumns, ingestSides } from './sides/ingest.ts';

const about = { name: 'ingest-repeat', summary: 'one alert a request, 64 connections, always the same' };

/** How many repeats of one problem a second are counted and durable, one a request. */
export const ingestRepeat: Benchmark = {
  ...about,
  run: (options) =>
    alternate(about, options, {
      columns: ingestColumns,
      sides: ingestSides(options, { connections: 64, alertsPerRequest: 1, isDistinct: false }),
      goals: againstAlertmanager('at least', 'alertsPerSecond', [1]),
    }),
};
