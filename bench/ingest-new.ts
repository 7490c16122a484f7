import { alternate } from './harness/alternate.ts';
import type { Benchmark } from './harness/benchmark.ts';
import { againstAlertmanager, ingestColumns, ingestSides } from './sides/ingest.ts';

const about = { name: 'ingest-new', summary: 'one alert a request, 64 connections, all new' };

/** How many alerts a second are taken and durable, one a request. */
export const ingestNew: Benchmark = {
  ...about,
  run: (options) =>
    alternate(about, options, {
      columns: ingestColumns,
      sides: ingestSides(options, { connections: 64, alertsPerRequest: 1, isDistinct: true }),
      goals: [
        ...againstAlertmanager('at least', 'alertsPerSecond', [0.8, 1]),
        ...againstAlertmanager('at most', 'p99Ms', [0.5]),
      ],
    }),
};
