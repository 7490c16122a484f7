import type { Benchmark } from './harness/benchmark.ts';
import { ingestBatchNew, ingestBatchRepeat } from './ingest-batch.ts';
import { ingestNew } from './ingest-new.ts';
import { ingestRepeat } from './ingest-repeat.ts';

/** Every benchmark, in the order in which they run. */
export const benchmarks: readonly Benchmark[] = [ingestNew, ingestRepeat, ingestBatchNew, ingestBatchRepeat];
