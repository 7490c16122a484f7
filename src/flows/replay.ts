import { insertSilence, selectSilencesSince } from '../alerts/index.ts';
import { toIso } from '../core/clock.ts';
import { formatNumber, selectIncidentsSince } from '../incidents/index.ts';
import { pretendDelivered, readStored, selectMessagesSince } from '../notify/index.ts';
import type { Ctx } from '../store/index.ts';
import type { FlowCtx } from './context.ts';
import { readRecording, type TimedReport } from './replay-recording.ts';
import { createSupervisor, type Supervisor } from './supervise.ts';

/** A Tocsin of its own in which nothing is real: an empty database in memory, and a clock that only the replay moves. */
export type Laboratory = { ctx: FlowCtx; moveTo(nowMs: number): void };

export type ReplayedIncident = {
  number: string;
  severity: string;
  title: string;
  service: string;
  at: string;
};
export type ReplayedMessage = { at: string; channel: string; event: string; title: string };
type Told = { incidents: ReplayedIncident[]; messages: ReplayedMessage[] };

export type Replay = {
  since: string;
  alerts: number;
  happened: Told;
  would: Told;
};

const firstStepMs = 5_000;
const longestStepMs = 600_000;
const batch = 500;

/**
 * Runs what was recorded since the time through the laboratory's configuration, by the same supervisor as ever, and answers
 * what happened and what would have. Reads the recording, and writes nothing outside of the laboratory.
 */
export async function replay(recorded: Ctx, sinceMs: number, laboratory: Laboratory): Promise<Replay> {
  const { ctx } = laboratory;
  const untilMs = recorded.clock.now();
  const { alerts, reports } = await readRecording(recorded, sinceMs);
  laboratory.moveTo(sinceMs);
  for (const row of await selectSilencesSince(recorded, sinceMs)) await insertSilence(ctx, row);
  const supervisor = createSupervisor({ makeCtx: () => ctx, owner: 'replay' });
  for (const [at, group] of Map.groupBy(reports, (timed) => timed.at)) {
    await passTime(laboratory, supervisor, at);
    await submit(ctx, group);
    await settle(ctx, supervisor);
  }
  await passTime(laboratory, supervisor, untilMs);
  return {
    since: toIso(sinceMs),
    alerts,
    happened: await readTold(recorded, sinceMs),
    would: await readTold(ctx, sinceMs),
  };
}

async function submit(ctx: FlowCtx, reports: readonly TimedReport[]): Promise<void> {
  for (let i = 0; i < reports.length; i += batch) {
    const some = reports.slice(i, i + batch).map(({ report }) => report);
    await ctx.intake.submit(some, null);
  }
}

/** Time goes in steps that grow while nothing happens: what is due in a quiet time comes up to ten minutes late. */
async function passTime({ ctx, moveTo }: Laboratory, supervisor: Supervisor, untilMs: number): Promise<void> {
  for (let stepMs = firstStepMs; ctx.clock.now() < untilMs; ) {
    moveTo(Math.min(untilMs, ctx.clock.now() + stepMs));
    const hadWork = await settle(ctx, supervisor);
    stepMs = hadWork ? firstStepMs : Math.min(stepMs * 2, longestStepMs);
  }
}

async function settle(ctx: FlowCtx, supervisor: Supervisor): Promise<boolean> {
  let hadWork = false;
  while (await supervisor.tick()) hadWork = true;
  await pretendDelivered(ctx);
  return hadWork;
}

async function readTold(ctx: Ctx, sinceMs: number): Promise<Told> {
  const incidents = await selectIncidentsSince(ctx, sinceMs);
  const messages = await selectMessagesSince(ctx, sinceMs);
  return {
    incidents: incidents.map(({ number, severity, title, service, created_at }) => ({
      number: formatNumber(number),
      severity,
      title,
      service,
      at: toIso(created_at),
    })),
    messages: messages
      .map((row) => ({ row, stored: readStored(row) }))
      // A replay tells no steps either: it does not know who would have acknowledged what.
      .filter(({ stored }) => stored.service !== 'tocsin' && stored.reason !== 'not_acknowledged')
      .map(({ row, stored }) => ({
        at: toIso(row.created_at),
        channel: row.channel,
        event: row.event,
        title: stored.title,
      })),
  };
}
