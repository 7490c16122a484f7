import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openContext } from '../../bench/harness/store-context.ts';
import { ackAlerts, claimAlerts, ingest } from '../../src/alerts/index.ts';
import { type Ctx, migrate } from '../../src/store/index.ts';
import { createLedger, type Ledger, type Report } from '../ledger.ts';
import type { Receipt } from '../receiver.ts';

/* Books with nothing wrong in them, for tests to damage. */

/** What the client reported. */
export const report: Report = {
  service: 'api',
  env: 'prod',
  kind: 'custom',
  severity: 'P1',
  title: 'it is broken',
  status: 'firing',
  labels: { fingerprint: 'f' },
};

/** What the receiver got of the beginning. */
export const receiptOfOpening: Receipt = {
  member: 'first',
  key: 'key-1',
  event: 'incident.opened',
  title: 'P1 it is broken',
  incidentId: 'inc_1',
  alertRef: null,
  severity: 'P1',
  order: 0,
  answer: 'ok',
};
/** What it got of the end. */
export const receiptOfEnd: Receipt = {
  ...receiptOfOpening,
  key: 'key-2',
  event: 'incident.resolved',
  order: 1,
};

/** One alert, reported twice, worked on once, in one incident that was told of and is over. */
export async function writeGoodBooks(folder: string): Promise<{ path: string; ledger: Ledger }> {
  const path = join(folder, 'good.db');
  const ledger = createLedger();
  const { store, ctx } = await openContext({ backend: 'sqlite', path }, 'audit');
  await migrate(store.db, store.dialect, ctx.clock.now());
  for (const status of ['firing', 'firing', 'resolved'] as const) {
    const { answers } = await ingest(ctx, [toAlertReport(status)], { dedupeMaxMs: 86_400_000 });
    for (const answer of answers) ledger.recordAnswer({ ...report, status }, answer);
    if (status === 'firing') await workOff(ctx);
  }
  await store.close();
  const database = new DatabaseSync(path);
  for (const text of story) database.exec(text);
  // Copies are made of the one file.
  database.exec('pragma wal_checkpoint(truncate)');
  database.close();
  return { path, ledger };
}

function toAlertReport(status: Report['status']) {
  const nothing = {
    message: null,
    startedAt: null,
    endsAt: null,
    annotations: {},
    metrics: {},
    evidence: null,
  };
  return {
    ...report,
    ...nothing,
    status,
    severity: 'P1' as const,
    source: 'audit',
    fingerprint: null,
    dedupeTtlMs: 60_000,
  };
}

async function workOff(ctx: Ctx): Promise<void> {
  const rows = await claimAlerts(ctx, {
    owner: 'o',
    limit: 1,
    leaseMs: 1000,
    windowMs: null,
    maxAttempts: 5,
  });
  const items = rows.map((row) => ({
    alertRef: row.alert_ref,
    leaseToken: row.lease_token ?? '',
    reason: 'x',
    note: null,
  }));
  await ackAlerts(ctx, items);
}

/** Inserts an incident that is over. */
export const incident = (id: string, number: number) => `
  insert into incident values ('${id}', ${number}, 't', 'api', 'prod', 'P1', null, 'resolved', 's', '[]', null, null,
    1000, 1000, 2000, null, null, null, null, 1000, 2000, null, null, null, 0)`;
/** Inserts that an incident holds the signature for a time. */
export const held = (id: string, fromMs: number, untilMs: number | null) =>
  `insert into incident_signature values ('s', 'prod', '${id}', ${fromMs}, ${untilMs})`;
/** Inserts a triage of the signature. */
export const triage = (id: string, atMs: number, status: string) =>
  `insert into triage values ('${id}', 'inc_1', 'a', 's', 'prod', '${status}', 1, null, null, null, ${atMs}, ${atMs})`;
/** Inserts a message about the incident. */
export const message = (id: string, event: string, atMs: number, status = 'delivered') => `
  insert into notification values ('ntf_${id}', 'key-${id}', 'hook', 'all', '${event}', 'inc_1', 'inc_1', null, 'P1', '{}',
    '${status}', 1, ${atMs}, null, null, null, null, ${atMs}, ${atMs}, null)`;

const story = [
  incident('inc_1', 1),
  held('inc_1', 1000, 2000),
  triage('trg_1', 1000, 'done'),
  `update alert set incident_id = 'inc_1', announced = 1`,
  `insert into incident_event select 'inc_1', alert_ref, 1, 1, 1, 'alert', 'a', 'm', null from alert`,
  message('1', 'incident.opened', 1000),
  message('2', 'incident.resolved', 2000),
];
