import { bridge } from './bridge.ts';
import { claim } from './claim.ts';
import { fanOut } from './fan-out.ts';
import { firstMessage } from './first-message.ts';
import type { Benchmark } from './harness/benchmark.ts';
import { history } from './history.ts';
import { ingestBatchNew, ingestBatchRepeat } from './ingest-batch.ts';
import { ingestLimit } from './ingest-limit.ts';
import { ingestNew } from './ingest-new.ts';
import { ingestRepeat } from './ingest-repeat.ts';
import { jobs } from './jobs.ts';
import { jobsIdle } from './jobs-idle.ts';
import { memory } from './memory.ts';
import { scale } from './scale.ts';
import { startup } from './startup.ts';
import { storm } from './storm.ts';

/** Every benchmark, in the order in which they run. */
export const benchmarks: readonly Benchmark[] = [
  ingestNew,
  ingestRepeat,
  ingestBatchNew,
  ingestBatchRepeat,
  ingestLimit,
  firstMessage,
  fanOut,
  claim,
  bridge,
  scale,
  history,
  storm,
  startup,
  jobs,
  jobsIdle,
  memory,
];
