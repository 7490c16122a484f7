/*
 * What Tocsin says about itself: log lines and metrics.
 */
export { createLog, type LogOptions } from './log.ts';
export { createMetrics, type Metrics } from './metrics.ts';
export type { Redaction } from './redact-fields.ts';
