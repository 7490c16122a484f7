import type { Running } from '../harness/sandbox.ts';

/** A server under load: where alerts go, and what they look like there. */
export type Server = {
  port: number;
  /** Where alerts are posted. */
  path: string;
  token: string | null;
  running: Running;
  /** Answers the body of a request with so many alerts; each holds `numberMark` once. */
  buildBody(alerts: number): string;
  /** What stands in the answer once for each accepted alert; null: nothing does. */
  accepted: string | null;
  stop(): Promise<void>;
};
