/** Somebody who works off what waits. */
export type Claimer = {
  /** Claims up to so many and acks them; answers how many, 0 when nothing waits. */
  claimAndAck(limit: number): Promise<number>;
};

export type Engine = 'sqlite' | 'postgres';

/**
 * Ways to claim: the product's own, what is asked of it in bare parts, pg-boss, and the bare statements beside which all are
 * measured, on narrow rows and on those of alerts. In a thread, SQLite's are off the event loop, and their rows are sent back.
 */
export type ClaimWay =
  | 'tocsin'
  | 'least'
  | 'pg-boss'
  | 'bare'
  | 'bare on alerts'
  | 'bare on alerts with events'
  | 'bare in a thread'
  | 'bare on alerts in a thread';

/** What a claiming process is asked to do. */
export type ClaimPlan = {
  way: ClaimWay;
  /** Address of a PostgreSQL database, or path of a SQLite file. */
  target: string;
  limit: number;
  warmupMs: number;
  measureMs: number;
};

/** What it did after the warm-up, until the time was over or nothing waited any more. */
export type ClaimResult = { acked: number; seconds: number; p50Ms: number; p99Ms: number };
