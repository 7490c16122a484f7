import type { Rotation } from '../core/rotation.ts';

/** People who take turns to be on call. */
export type ScheduleConfig = Rotation & { name: string };
