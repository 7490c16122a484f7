import type { RequestPlan } from './request.ts';

/** What the load generator is asked to do. */
export type LoadPlan = RequestPlan & {
  connections: number;
  alertsPerRequest: number;
  warmupMs: number;
  measureMs: number;
  /** The number of the first alert. */
  firstNumber: number;
  /** Stops after so many requests, warm-up included; null: by time alone. */
  maxRequests: number | null;
  /** Must stand once for each alert in the answers that are looked at; null: a good status is enough. */
  expected: string | null;
  /** Whose CPU time is read at both ends of the measurement; null: nobody's. */
  serverPid: number | null;
};

/** What it measured, warm-up left out. */
export type LoadResult = {
  alerts: number;
  alertsPerSecond: number;
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
  /** CPU time of the server, all its threads, divided by the alerts. */
  cpuMicrosPerAlert: number | null;
  /** Of that the first thread, which in Node is the one that speaks HTTP. */
  mainMicrosPerAlert: number | null;
  /** CPU time of the load generator itself. */
  loadMicrosPerAlert: number;
  /** Requests from the first to the last. */
  requests: number;
};
