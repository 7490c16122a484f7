import { expect } from 'vitest';
import { auditIncidents } from '../audit/incidents.ts';
import { auditWork } from '../audit/work.ts';
import { openOwnProbe, type Snapshot } from './snapshot.ts';
import type { Step } from './steps.ts';
import type { World } from './world.ts';

const isOver = (status: string) => status === 'resolved' || status === 'closed';

/** How often each incident was seen to end. */
export type Ends = Map<string, number>;

/** Checks what must hold between any two steps. */
export async function checkPromises(world: World, after: Snapshot): Promise<void> {
  const counted = after.alerts
    .filter(({ service }) => service !== 'tocsin')
    .map(({ alert_ref, occurrences }) => [alert_ref, occurrences]);
  expect(counted, 'no acknowledged report is lost').toEqual([...world.promised].sort());
  const live = after.alerts.filter(({ ended_at }) => ended_at === null).map(({ dedupe_key }) => dedupe_key);
  expect(new Set(live).size, 'one live alert a key').toBe(live.length);
  checkSignatures(after);
  const probe = openOwnProbe(world.worker.ctx);
  for (const { name, violations } of [...(await auditWork(probe)), ...(await auditIncidents(probe))])
    if (alwaysTrue(name)) expect(violations, name).toEqual([]);
  checkMessages(after);
}

/** Of the audit, what may not be so at any time: a merger moves signatures and alerts, which the audit does not expect. */
function alwaysTrue(name: string): boolean {
  return /^(alerts worked twice|events of alerts|incident numbers|triages run twice)/.test(name);
}

/** One open incident a signature and env, and every alert of one has its line in a timeline. */
function checkSignatures({ incidents, held, alerts, lines }: Snapshot): void {
  const names = held.map(({ signature, env }) => `${signature} ${env}`);
  expect(new Set(names).size, 'one open incident a signature and env').toBe(names.length);
  const open = incidents.filter(({ status }) => !isOver(status)).map(({ incident_id }) => incident_id);
  expect(
    held.filter(({ incident_id }) => !open.includes(incident_id)),
    'only an open incident holds signatures',
  ).toEqual([]);
  const told = new Set(lines);
  // One that took another's place has its incident before it is worked on.
  const joined = alerts.filter(({ incident_id, announced }) => incident_id !== null && announced > 0);
  const untold = joined.filter(({ alert_ref }) => !told.has(alert_ref));
  expect(untold, 'every alert of an incident has its line').toEqual([]);
}

/** One first message an incident and channel, and none without an incident or alert that is there. */
function checkMessages({ incidents, messages, alerts }: Snapshot): void {
  const openings = messages.filter(({ event }) => event === 'incident.opened');
  expect(
    openings.map(({ incident_id }) => incident_id).sort(),
    'each incident is told of once, from its beginning',
  ).toEqual(incidents.map(({ incident_id }) => incident_id).sort());
  const known = new Set([
    ...incidents.map(({ incident_id }) => incident_id),
    ...alerts.map(({ alert_ref }) => alert_ref),
  ]);
  expect(
    messages.filter(({ thread }) => !known.has(thread)),
    'messages about nothing',
  ).toEqual([]);
}

/** Checks what a step may do to incidents, and that each end is told once a channel. */
export function checkMoves(ends: Ends, before: Snapshot, after: Snapshot, step: Step | null): void {
  const now = new Map(after.incidents.map((incident) => [incident.incident_id, incident]));
  for (const was of before.incidents) {
    const is = now.get(was.incident_id);
    expect(is, `INC-${was.number} is kept`).toBeDefined();
    if (!is) continue;
    if (was.status === 'closed') expect(is.status, 'what is closed stays closed').toBe('closed');
    const reopened = was.status === 'resolved' && !isOver(is.status);
    const byAlert = step === null || step.kind === 'pass' || step.kind === 'die';
    if (reopened) expect(byAlert, 'only an alert opens an incident again').toBe(true);
    if (!isOver(was.status) && isOver(is.status))
      ends.set(was.incident_id, (ends.get(was.incident_id) ?? 0) + 1);
  }
  const told = after.messages.filter(({ event }) => event === 'incident.resolved');
  for (const { incident_id, number } of after.incidents) {
    const times = told.filter((message) => message.incident_id === incident_id).length;
    expect(times, `INC-${number} is told to be over as often as it ends`).toBe(ends.get(incident_id) ?? 0);
  }
}

/** Checks a database that workers have settled: nothing is stuck, and nobody waits for what nobody was told of. */
export async function checkRest(world: World, { alerts, incidents }: Snapshot): Promise<void> {
  const stuck = alerts.filter(({ status }) => status !== 'acked' && status !== 'dead');
  expect(stuck, 'nothing stays stuck').toEqual([]);
  const open = new Set(
    incidents.filter(({ status }) => !isOver(status)).map(({ incident_id }) => incident_id),
  );
  const unheard = alerts.filter(
    ({ alert_ref, ended_at, severity_rank, status, incident_id, service }) =>
      ended_at === null &&
      severity_rank <= 1 &&
      status === 'acked' &&
      service !== 'tocsin' &&
      !world.touched.has(alert_ref) &&
      !open.has(incident_id ?? ''),
  );
  expect(unheard, 'an urgent alert that lives is part of an open incident').toEqual([]);
  const probe = openOwnProbe(world.worker.ctx);
  for (const { name, violations } of await auditIncidents(probe))
    if (name === 'triages that are stuck') expect(violations, name).toEqual([]);
}
