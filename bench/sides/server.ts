import type { Running } from '../harness/sandbox.ts';

/** A server under load: where alerts go, and what they look like there. */
export type Server = {
  port: number;
  /** Where alerts are posted. */
  path: string;
  token: string | null;
  running: Running;
  /** Answers the body of a request with so many alerts; the service of each holds `numberMark`. */
  buildBody(alerts: number, severity?: 'warning' | 'error'): string;
  /** What stands in the answer once for each accepted alert; null: nothing does. */
  accepted: string | null;
  stop(): Promise<void>;
};

/** Answers the numbers that a server's message names, where the mark was. */
export function findNumbers(body: string): number[] {
  return [...new Set([...body.matchAll(/checkout-(\d{10})/g)].map((found) => Number(found[1])))];
}
