/** What a script remembers. */
export type MonitorStateRow = {
  /** Base name of the cache file that it took the place of. */
  namespace: string;
  key: string;
  value: string;
  updated_at: number;
};
