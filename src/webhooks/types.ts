/** What an expression is run on. */
export type EvaluationJob = {
  expression: string;
  body: string;
  /** Whether each line of the body is a document of its own. */
  isNdjson: boolean;
  /** Bound to `$headers`. */
  headers: Readonly<Record<string, string>>;
};

/** What it made, as JSON; or why it made nothing, in words that are safe to show. */
export type Evaluated = { ok: true; json: string } | { ok: false; problem: string };
