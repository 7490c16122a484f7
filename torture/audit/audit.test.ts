import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { openProbe } from '../../bench/harness/probe.ts';
import { createLedger } from '../ledger.ts';
import type { Receipt } from '../receiver.ts';
import { auditAlerts, auditSilence } from './alerts.ts';
import type { Check } from './check.ts';
import {
  held,
  incident,
  message,
  receiptOfEnd,
  receiptOfOpening,
  report,
  triage,
  writeGoodBooks,
} from './good-books.ts';
import { auditIncidents } from './incidents.ts';
import { auditMessages } from './messages.ts';
import { auditWork } from './work.ts';

const good = { folder: '', path: '', ledger: createLedger() };

beforeAll(async () => {
  good.folder = await mkdtemp(join(tmpdir(), 'tocsin-audit-'));
  Object.assign(good, await writeGoodBooks(good.folder));
});
afterAll(() => rm(good.folder, { recursive: true }));

/** Audits a copy of the good books, after something was done to it. */
async function auditCopy(statements: readonly string[], receipts: readonly Receipt[]): Promise<Check[]> {
  const path = join(good.folder, 'copy.db');
  await copyFile(good.path, path);
  const database = new DatabaseSync(path);
  for (const text of statements) database.exec(text);
  database.close();
  const probe = await openProbe(path);
  onTestFinished(() => probe.close());
  return [
    ...(await auditAlerts(probe, good.ledger)),
    await auditSilence(probe),
    ...(await auditWork(probe)),
    ...(await auditIncidents(probe)),
    ...(await auditMessages(probe, receipts)),
  ];
}

const namesOf = (checks: readonly Check[]) =>
  checks.filter(({ violations }) => violations.length > 0).map(({ name }) => name);

const receipts = [receiptOfOpening, receiptOfEnd];
const anotherAlert = `
  insert into alert select 'alrt_2', dedupe_key, fingerprint, signature, service, env, kind, severity, severity_rank, title,
    message, source, status, 1, first_seen_at, last_seen_at, started_at, ends_at, ended_at, dedupe_ttl_ms, labels,
    annotations, metrics, evidence, component, owner, lease_token, processing_lock_until, attempts, retry_at, last_error,
    rose_since_claim, 2, incident_id, silenced_by, created_at, updated_at, request_id from alert`;

/** What is done to good books, and the checks that must find it. */
const damages: [name: string, statements: string[], receipts: Receipt[], found: string[]][] = [
  [
    'an alert that is gone',
    ['delete from alert'],
    receipts,
    [
      'acknowledged alerts that are lost',
      'acknowledged reports that are lost',
      'events of alerts that are not there',
    ],
  ],
  [
    'a repeat that is gone',
    ['update alert set occurrences = 1'],
    receipts,
    ['acknowledged alerts that are lost', 'acknowledged reports that are lost'],
  ],
  [
    'an end that is gone',
    ['update alert set ended_at = null'],
    receipts,
    ['acknowledged alerts that are lost'],
  ],
  [
    'a report that counts twice',
    ['update alert set occurrences = 3'],
    receipts,
    ['reports counted more often than sent'],
  ],
  [
    'a second alert of the problem',
    // However quick the books were written, the two live beside each other for longer than clocks may differ.
    ['update alert set ended_at = ended_at + 60000', anotherAlert],
    receipts,
    [
      'reports counted more often than sent',
      'alerts of one problem that live at once',
      'alerts worked twice, or with a broken history',
      'alerts joined without a line in the timeline',
    ],
  ],
  [
    'an alert that waits',
    [`update alert set status = 'new'`],
    receipts,
    ['alerts that are stuck or dead', 'alerts worked twice, or with a broken history'],
  ],
  [
    'an alert that nobody heard of',
    [`update alert set announced = 0, incident_id = null`],
    receipts,
    ['alerts that nobody was told of'],
  ],
  [
    'a second lease',
    [
      `insert into alert_event select alert_ref, 'e1', 1, 'a', 'new', 'processing', 'claimed', null, null from alert`,
    ],
    receipts,
    ['alerts worked twice, or with a broken history'],
  ],
  [
    'a second ack',
    [
      `insert into alert_event select alert_ref, 'e1', 1, 'a', 'processing', 'acked', 'x', null, null from alert`,
    ],
    receipts,
    ['alerts worked twice, or with a broken history'],
  ],
  [
    'a second lease with its ack',
    [
      `insert into alert_event select alert_ref, 'e1', 1, 'a', 'new', 'processing', 'claimed', null, null from alert`,
      `insert into alert_event select alert_ref, 'e2', 1, 'a', 'processing', 'acked', 'x', null, null from alert`,
    ],
    receipts,
    ['alerts worked twice, or with a broken history'],
  ],
  [
    'two incidents of one failure',
    [
      incident('inc_2', 2),
      held('inc_2', 1500, null),
      message('3', 'incident.opened', 1500).replaceAll('inc_1', 'inc_2'),
    ],
    [...receipts, { ...receiptOfOpening, key: 'key-3', incidentId: 'inc_2' }],
    ['incidents of one signature at once'],
  ],
  [
    'an incident that nobody ends',
    [`update incident set status = 'open'`],
    receipts,
    ['incidents without an end'],
  ],
  [
    'an incident that nobody heard of',
    [incident('inc_2', 2)],
    receipts,
    ['incidents that nobody was told of'],
  ],
  [
    'an alert that the timeline lacks',
    ['delete from incident_event'],
    receipts,
    ['alerts joined without a line in the timeline'],
  ],
  ['a triage that hangs', [`update triage set status = 'pending'`], receipts, ['triages that are stuck']],
  ['a second triage', [triage('trg_2', 2000, 'done')], receipts, ['triages run twice']],
  [
    'a message that waits',
    [message('3', 'incident.updated', 1500, 'pending')],
    receipts,
    ['messages that were not sent'],
  ],
  ['a message that never came', [], [receiptOfOpening], ['messages delivered, and never received']],
  [
    'a message that was not taken',
    [],
    [receiptOfOpening, { ...receiptOfEnd, answer: 'error' }],
    ['messages delivered, and never received'],
  ],
  [
    'a message from nowhere',
    [],
    [...receipts, { ...receiptOfEnd, key: 'key-9' }],
    ['messages received, and not in the outbox'],
  ],
  [
    'a repeat in other words',
    [],
    [...receipts, { ...receiptOfEnd, title: 'other' }],
    ['repeats that say something else'],
  ],
  [
    'news under two keys',
    [message('3', 'incident.opened', 1000)],
    [...receipts, { ...receiptOfOpening, key: 'key-3', order: 2 }],
    ['news told under two keys'],
  ],
  [
    'an end before its beginning',
    [],
    [
      { ...receiptOfEnd, order: 0 },
      { ...receiptOfOpening, order: 1 },
    ],
    ['threads told out of order'],
  ],
];

describe('the audit', () => {
  it('has nothing against good books, and looks at something in every check', async () => {
    const checks = await auditCopy([], receipts);
    expect(namesOf(checks)).toEqual([]);
    expect(checks.filter(({ examined }) => examined === 0)).toEqual([]);
  });

  it('does not mind a repeat under the same key', async () => {
    const checks = await auditCopy([], [...receipts, { ...receiptOfEnd, order: 2 }]);
    expect(namesOf(checks)).toEqual([]);
  });

  it.each(damages)('finds %s', async (_name, statements, received, found) => {
    expect(namesOf(await auditCopy(statements, received))).toEqual(found);
  });

  it('holds the server to the most occurrences that it ever answered, in whatever order the answers came', () => {
    const ledger = createLedger();
    ledger.recordAnswer(report, { accepted: true, alert_ref: 'a', occurrences: 3 });
    ledger.recordAnswer(report, { accepted: true, alert_ref: 'a', occurrences: 2 });
    expect(ledger.promises.get('a')).toEqual({ occurrences: 3, isEnded: false });
  });
});
