import type { Board, BoardComponent } from './board.ts';
import { isFailing } from './board-jobs.ts';
import { type Html, html } from './html.ts';
import { ago, type Tone, toneOf } from './marks.ts';

/** The one sentence on top of the first page. */
export type Verdict = { tone: Tone; title: string; text: Html };

/** What somebody should hear of, the most urgent first; each answers null where there is none of it. */
const judges: readonly ((board: Board) => Verdict | null)[] = [
  judgeIncidents,
  judgeFailing,
  judgeAlerts,
  judgeJobs,
  judgeMaintenance,
  judgeUnknown,
];

/** Answers the one sentence on top: of all that is wrong what is most urgent. */
export function judgeBoard(board: Board): Verdict {
  for (const judge of judges) {
    const verdict = judge(board);
    if (verdict) return verdict;
  }
  return { tone: 'green', title: 'All quiet', text: lastCheck(board.components ?? [], board.nowMs) };
}

function judgeIncidents({ incidents }: Board): Verdict | null {
  const [first, ...others] = incidents ?? [];
  if (!first) return null;
  const title = others.length === 0 ? '1 open incident' : `${others.length + 1} open incidents`;
  return { tone: toneOf(first.severity), title, text: html`${first.title}` };
}

function judgeFailing({ components }: Board): Verdict | null {
  const failing = listFailing(components).filter(({ maintenance_until }) => maintenance_until === null);
  if (failing.length === 0) return null;
  const tone = failing.some(({ status }) => status === 'down') ? 'red' : 'amber';
  return { tone, title: nameEach(failing), text: html`No incident is open.` };
}

function judgeAlerts({ alerts }: Board): Verdict | null {
  const heard = (alerts ?? []).filter(({ silenced_by }) => silenced_by === null);
  if (heard.length === 0) return null;
  const title = heard.length === 1 ? '1 live alert' : `${heard.length} live alerts`;
  return { tone: 'amber', title, text: html`No incident is open.` };
}

function judgeJobs({ jobs }: Board): Verdict | null {
  const [first, ...others] = (jobs ?? []).filter(isFailing);
  if (!first) return null;
  const title = others.length === 0 ? `${first.name} fails` : `${others.length + 1} jobs fail`;
  return { tone: 'amber', title, text: html`No alert is live.` };
}

/** What fails and is not under maintenance was judged before. */
function judgeMaintenance({ components }: Board): Verdict | null {
  const failing = listFailing(components);
  if (failing.length === 0) return null;
  const text = html`It is under maintenance; nothing else is wrong.`;
  return { tone: 'gray', title: `${nameEach(failing)} by plan`, text };
}

function judgeUnknown({ components }: Board): Verdict | null {
  const [first, ...others] = (components ?? []).filter(({ status }) => status !== 'ok');
  if (!first) return null;
  const title = others.length === 0 ? `${first.name} unknown` : `${others.length + 1} components unknown`;
  return { tone: 'gray', title, text: html`Nothing else is wrong.` };
}

function listFailing(components: Board['components']): BoardComponent[] {
  return (components ?? []).filter(({ status }) => status === 'down' || status === 'degraded');
}

function nameEach(components: readonly BoardComponent[]): string {
  return components.map(({ name, status }) => `${name} ${status}`).join(', ');
}

function lastCheck(components: readonly BoardComponent[], nowMs: number): Html {
  const newest = components
    .flatMap(({ checked_at }) => checked_at ?? [])
    .toSorted()
    .at(-1);
  if (newest !== undefined) return html`The last check ran ${ago(newest, nowMs)}.`;
  return html`No check has run yet.`;
}
