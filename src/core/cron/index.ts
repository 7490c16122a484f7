/*
 * When cron expressions come true: by the rules of Debian's cron, in any time zone, without a timer. Nothing in here
 * knows what time it is.
 */
export { type CronTimes, describeCronProblem, isCronProblem, readCron } from './read.ts';
export { firstShown } from './times.ts';
export type { CronProblem } from './types.ts';
export { createZones, hostTimezone, isTimezone, type Zone, type Zones } from './zone.ts';
