import { z } from 'zod';
import { defineAction } from '../core/action.ts';
import { toIso } from '../core/clock.ts';
import type { Announcement } from '../core/hand-over.ts';
import { countDeploymentsBetween } from '../deployments/index.ts';
import {
  countFollowups,
  decideDigest,
  decideLevel,
  listOpenIncidentRows,
  type Recurring,
  recommend,
  renderDigest,
} from '../incidents/index.ts';
import { inTransaction } from '../store/index.ts';
import type { FlowCtx } from './context.ts';
import { countLately, readStories, type Told } from './incident-stories.ts';
import { createLoop, type Loop } from './loop.ts';
import { tell } from './tell.ts';

const dayMs = 86_400_000;
const lookEveryMs = 60_000;
const mostOpen = 100;

/** Answers the digest of the seven days before a time, as Markdown. */
async function makeDigest(ctx: FlowCtx, toMs: number): Promise<string> {
  const fromMs = toMs - 7 * dayMs;
  const [month, open, deployments, followups] = await Promise.all([
    readStories(ctx, { fromMs: toMs - 30 * dayMs, toMs }),
    listOpenIncidentRows(ctx, mostOpen),
    countDeploymentsBetween(ctx, { fromMs, toMs }),
    countFollowups(ctx),
  ]);
  const week = month.filter(({ incident }) => incident.created_at >= fromMs);
  return renderDigest({
    fromMs,
    toMs,
    incidents: week.map(({ incident }) => incident),
    open,
    recurring: findRecurring(ctx, month, toMs),
    deployments,
    followups,
  });
}

/** Answers the signatures that came too often and came this week as well, the worst first, each by its newest incident. */
function findRecurring(ctx: FlowCtx, month: readonly Told[], toMs: number): Recurring[] {
  const policy = ctx.config.intelligence.recurrence.signature;
  const newest = new Map<string, Told>();
  for (const told of month)
    for (const signature of told.story.signatures) if (!newest.has(signature)) newest.set(signature, told);
  const found = new Map<string, Recurring>();
  for (const [signature, { incident }] of newest) {
    const counts = countLately(month, toMs, (story) => story.signatures.has(signature));
    const level = decideLevel(counts, policy);
    // Signatures that always come together are one line.
    if (level === 'none' || counts.days7 === 0 || found.has(incident.incident_id)) continue;
    const { title, service } = incident;
    found.set(incident.incident_id, {
      title,
      service,
      ...counts,
      level,
      recommendation: recommend(level, 'none'),
    });
  }
  return [...found.values()].sort((a, b) => b.days30 - a.days30 || b.days7 - a.days7);
}

/** The digest of the last seven days, now. */
export const showDigest = defineAction({
  name: 'incidents.digest',
  summary: 'Show the digest of the last seven days, as Markdown',
  input: z.strictObject({}),
  output: z.object({ from: z.string(), to: z.string(), markdown: z.string() }),
  entitlement: 'tools.oncall.read',
  http: { method: 'GET', path: '/v1/incidents/digest' },
  cli: { command: 'incidents digest', print: 'markdown' },
  async run(ctx: FlowCtx) {
    const nowMs = ctx.clock.now();
    return { from: toIso(nowMs - 7 * dayMs), to: toIso(nowMs), markdown: await makeDigest(ctx, nowMs) };
  },
});

export type DigestLoop = Loop & { tick(): Promise<boolean> };

/** Answers the loop that sends the digest of the week when it is due; of many processes one message a channel remains. */
export function createDigest(ctx: FlowCtx): DigestLoop {
  let toldAt = Number.NEGATIVE_INFINITY;

  const tick = async () => {
    const { digest } = ctx.config.intelligence;
    const { dueAt, isDue } = decideDigest(digest, ctx.clock.now());
    if (!isDue || digest.route === null || toldAt === dueAt) return false;
    const announcement = describeDigest(await makeDigest(ctx, dueAt), digest.route, dueAt);
    const written = await inTransaction(ctx, (ctx) => tell(ctx, [announcement]));
    toldAt = dueAt;
    return written.length > 0;
  };
  // Looked at again in a minute, whatever it was.
  const round = () =>
    tick().catch((err: unknown) =>
      ctx.log.error({ tag: 'notify', err }, '[notify] the digest could not be made'),
    );
  return { ...createLoop({ clock: ctx.clock, round, restMs: lookEveryMs }), tick };
}

/** The day on which it is due tells it from others: the same again is the same message. */
function describeDigest(markdown: string, route: string, dueAt: number): Announcement {
  const [title = '', ...lines] = markdown.split('\n');
  return {
    event: 'digest',
    reason: 'weekly',
    thread: 'digest',
    occasion: toIso(dueAt).slice(0, 10),
    facts: {
      severity: 'INFO',
      env: 'prod',
      service: 'tocsin',
      kind: 'custom',
      components: [],
      source: 'tocsin',
      labels: {},
    },
    title: title.replace(/^# /, ''),
    text: lines.join('\n').trim(),
    incident: null,
    alert: null,
    onlyRoutes: [route],
  };
}
