import type { Agent } from 'undici';
import { collectSecrets } from '../config/index.ts';
import { createLazy } from '../core/lazy.ts';
import {
  type Asked,
  askModel,
  claimSummary,
  failSummary,
  finishSummary,
  isSummaryWornOut,
  makePrompt,
  readReport,
  returnSummary,
} from '../incidents/index.ts';
import type { TriageSummaryRow } from '../store/index.ts';
import type { FlowCtx } from './context.ts';

const lookEveryMs = 2_000;
const connectTimeoutMs = 5_000;

export type Summarizer = {
  start(): void;
  /** Resolves when what was asked is handed back. */
  stop(): Promise<void>;
  /** Asks for one summary; answers whether one waited. */
  tick(): Promise<boolean>;
};

/** Answers the loop that has summaries of triage reports written, one at a time; nothing else waits for it. */
export function createSummarizer(ctx: FlowCtx): Summarizer {
  const stopping = new AbortController();
  const http = createLazy(async () => {
    const { Agent } = await import('undici');
    return new Agent({ connections: 1, connect: { timeout: connectTimeoutMs } });
  });
  let running: Promise<void> = Promise.resolve();

  const tick = async () => {
    const summary = await claimSummary(ctx);
    if (summary) await conclude(ctx, summary, await ask(ctx, summary, http.get, stopping.signal));
    return summary !== null;
  };
  const run = async () => {
    while (!stopping.signal.aborted) {
      // What was leased comes round again; a summary is worth less than the loop.
      const found = await tick().catch((err: unknown) => {
        ctx.log.error({ tag: 'alert', err }, '[alert] a generated summary could not be worked on');
        return false;
      });
      if (!found) await ctx.clock.wait(lookEveryMs, stopping.signal);
    }
  };
  return {
    start() {
      running = run();
    },
    async stop() {
      stopping.abort();
      await running;
      await (await http.made())?.destroy();
    },
    tick,
  };
}

async function ask(
  ctx: FlowCtx,
  summary: TriageSummaryRow,
  getHttp: () => Promise<Agent>,
  stopping: AbortSignal,
): Promise<Asked & { model: string }> {
  const { llm } = ctx.config;
  const failed = (reason: 'worn_out' | 'off', error: string) =>
    ({ kind: 'failed', reason, error, model: '' }) as const;
  if (isSummaryWornOut(summary)) return failed('worn_out', 'its worker ended in every attempt');
  if (!llm) return failed('off', 'llm_mode was turned off meanwhile');
  const prompt = makePrompt(readReport(summary), collectSecrets(ctx.config));
  return {
    ...(await askModel(llm, prompt, { http: await getHttp(), clock: ctx.clock, stopping })),
    model: llm.model,
  };
}

async function conclude(
  ctx: FlowCtx,
  summary: TriageSummaryRow,
  asked: Asked & { model: string },
): Promise<void> {
  switch (asked.kind) {
    case 'written':
      await finishSummary(ctx, summary, asked);
      return;
    case 'stopped':
      await returnSummary(ctx, summary);
      return;
    case 'failed':
      ctx.log.warn(
        { tag: 'alert', incident_id: summary.incident_id, reason: asked.reason },
        `[alert] no generated summary: ${asked.error}`,
      );
      await failSummary(ctx, summary, asked);
  }
}
