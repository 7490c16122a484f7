/*
 * What Tocsin says about itself: log lines and metrics.
 */
export { createLog } from './log.ts';
export { createMetrics, type Metrics } from './metrics.ts';
