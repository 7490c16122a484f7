import {
  configuredSilences,
  type Silence,
  selectSilence,
  toSilence,
  toSilenceView,
} from '../alerts/index.ts';
import { readableTime } from './announce-alert.ts';
import type { FlowCtx } from './context.ts';
import type { TrailEntry } from './why-sentences.ts';

/** Says of each silence in a trail whose it is, what for, and until when; nothing of one that is long gone. */
export async function saySilences(ctx: FlowCtx, trail: readonly TrailEntry[]): Promise<string[]> {
  const held = trail.flatMap(({ reason, rule }) => (reason === 'silenced' ? (rule ?? []) : []));
  const lines: string[] = [];
  for (const id of new Set(held)) {
    const silence = await findSilence(ctx, id);
    if (silence) lines.push(saySilence(silence, ctx.clock.now()));
  }
  return lines;
}

async function findSilence(ctx: FlowCtx, id: string): Promise<Silence | null> {
  const configured = configuredSilences(ctx.config).find((silence) => silence.id === id);
  if (configured) return configured;
  const row = await selectSilence(ctx, id);
  return row && toSilence(row);
}

function saySilence(silence: Silence, nowMs: number): string {
  const { state, starts_at, ends_at, comment, expired_by } = toSilenceView(silence, nowMs);
  const whose =
    silence.createdBy === null ? 'stands in tocsin.yaml' : `was asked for by ${silence.createdBy}`;
  const why = comment ? `: ${comment}` : '';
  return `${silence.id} ${whose}${why}. ${sayEnd({ state, starts_at, ends_at, expired_by })}`;
}

type Times = Pick<ReturnType<typeof toSilenceView>, 'state' | 'starts_at' | 'ends_at' | 'expired_by'>;

function sayEnd({ state, starts_at, ends_at, expired_by }: Times): string {
  const at = (iso: string) => readableTime(Date.parse(iso));
  if (state === 'pending') return starts_at === null ? '' : `It begins again at ${at(starts_at)}.`;
  if (ends_at === null) return 'It has no end.';
  if (state === 'active') return `It ends at ${at(ends_at)}.`;
  return `It ended at ${at(ends_at)}${expired_by === null ? '' : `, by ${expired_by}`}.`;
}
