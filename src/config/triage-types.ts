/** Which incidents belong together, when one comes too often, and who gets the digest of the week. */
export type IntelligencePolicy = {
  correlation: {
    windowMs: number;
    sameSignature: number;
    sameServiceAndKind: number;
    sameService: { score: number; withinMs: number };
    sameKind: { score: number; withinMs: number };
    minScore: number;
    top: number;
  };
  recurrence: { signature: { warn: number; high: number }; kind: { warn: number; high: number } };
  /** `route` null: nobody; `time` in UTC. */
  digest: {
    route: string | null;
    weekday: 'SUN' | 'MON' | 'TUE' | 'WED' | 'THU' | 'FRI' | 'SAT';
    time: string;
  };
};

/** What people wrote down for a failure; every key that is given must match. */
export type RunbookConfig = {
  /** Path as a person would type it. */
  file: string;
  title: string;
  service: readonly string[] | null;
  kind: readonly string[] | null;
  labels: Readonly<Record<string, string>>;
  /** Markdown without the front matter. */
  body: string;
};

/** `local`: only endpoints on loopback and in private networks are asked; `remote`: those in the internet too. */
export type LlmMode = 'off' | 'local' | 'remote';

/** An endpoint that writes summaries. */
export type LlmConfig = {
  provider: 'openai' | 'anthropic';
  apiKey: string | null;
  model: string;
  /** Without a slash at its end. */
  baseUrl: string;
};
