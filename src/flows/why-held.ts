import {
  configuredSilences,
  findAlerts,
  readInhibition,
  type Silence,
  selectSilence,
  toSilence,
  toSilenceView,
} from '../alerts/index.ts';
import type { AlertRow } from '../store/index.ts';
import { readableTime } from './announce-alert.ts';
import type { FlowCtx } from './context.ts';
import type { TrailEntry } from './why-sentences.ts';

const holding = ['silenced', 'inhibited'];

/**
 * Says of each silence in a trail whose it is, what for, and until when, and of each alert that inhibited what it is;
 * nothing of what is long gone.
 */
export async function sayHolders(ctx: FlowCtx, trail: readonly TrailEntry[]): Promise<string[]> {
  const held = trail.flatMap(({ reason, rule }) => (holding.includes(reason) ? (rule ?? []) : []));
  const lines: string[] = [];
  for (const id of new Set(held)) lines.push(...(await sayHolder(ctx, id)));
  return lines;
}

async function sayHolder(ctx: FlowCtx, id: string): Promise<string[]> {
  const inhibition = readInhibition(id);
  if (inhibition) {
    const [alert] = await findAlerts(ctx, [inhibition.alertRef]);
    return alert ? [sayInhibitor(alert)] : [];
  }
  const silence = await findSilence(ctx, id);
  return silence ? [saySilence(silence, ctx.clock.now())] : [];
}

function sayInhibitor({ alert_ref, severity, title, service, env, ended_at }: AlertRow): string {
  const state = ended_at === null ? 'It is firing.' : `It was over at ${readableTime(ended_at)}.`;
  return `${alert_ref} is ${severity} ${title} (${service} in ${env}). ${state}`;
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
