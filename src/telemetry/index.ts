/*
 * What Tocsin says about itself: log lines and metrics.
 */

export {
  type AnsweredAction,
  type ErrorReports,
  openErrorReports,
} from './error-reports.ts';
export { addReadGauge } from './gauge.ts';
export { createLog } from './log.ts';
export { createMetrics, type Metrics } from './metrics.ts';
