import type { Kysely } from 'kysely';
import type { Dialect } from '../dialect.ts';
import type { Database } from '../schema.ts';
import { up as mainLine } from './0001-main-line.ts';
import { up as requestOfAlert } from './0002-request-of-alert.ts';
import { up as silences } from './0003-silences.ts';
import { up as incidentDecisions } from './0004-incident-decisions.ts';
import { up as incidentActions } from './0005-incident-actions.ts';
import { up as dueSignatures } from './0006-due-signatures.ts';
import { up as deployments } from './0007-deployments.ts';
import { up as triageSummaries } from './0008-triage-summaries.ts';
import { up as noIndexOfLeases } from './0009-no-index-of-leases.ts';
import { up as webhookReceipts } from './0010-webhook-receipts.ts';
import { up as filteredLists } from './0012-filtered-lists.ts';
import { up as runs } from './0013-runs.ts';
import { up as monitorState } from './0014-monitor-state.ts';
import { up as alertHours } from './0015-alert-hours.ts';
import { up as runMetrics } from './0016-run-metrics.ts';
import { up as runTriggers } from './0017-run-triggers.ts';
import { up as fence } from './0018-fence.ts';
import { up as alertBlocks } from './0019-alert-blocks.ts';
import { up as shorterLiveKeys } from './0020-shorter-live-keys.ts';
import { up as climbing } from './0021-climbing.ts';
import { up as repeats } from './0022-repeats.ts';
import { up as inhibitors } from './0023-inhibitors.ts';
import { up as toldBy } from './0024-told-by.ts';
import { up as recentResults } from './0025-recent-results.ts';
import { up as checkHistory } from './0026-check-history.ts';
import { up as claimsInPlace } from './0027-claims-in-place.ts';

export type Migration = {
  name: string;
  /** Says its statements to a database that writes them down: they run together, in the transaction that records them, and get no answers. */
  up(db: Kysely<Database>, dialect: Dialect): Promise<void>;
};

/** In order. One that has landed never changes. */
export const migrations: readonly Migration[] = [
  { name: '0001-main-line', up: mainLine },
  { name: '0002-request-of-alert', up: requestOfAlert },
  { name: '0003-silences', up: silences },
  { name: '0004-incident-decisions', up: incidentDecisions },
  { name: '0005-incident-actions', up: incidentActions },
  { name: '0006-due-signatures', up: dueSignatures },
  { name: '0007-deployments', up: deployments },
  { name: '0008-triage-summaries', up: triageSummaries },
  { name: '0009-no-index-of-leases', up: noIndexOfLeases },
  { name: '0010-webhook-receipts', up: webhookReceipts },
  { name: '0012-filtered-lists', up: filteredLists },
  { name: '0013-runs', up: runs },
  { name: '0014-monitor-state', up: monitorState },
  { name: '0015-alert-hours', up: alertHours },
  { name: '0016-run-metrics', up: runMetrics },
  { name: '0017-run-triggers', up: runTriggers },
  { name: '0018-fence', up: fence },
  { name: '0019-alert-blocks', up: alertBlocks },
  { name: '0020-shorter-live-keys', up: shorterLiveKeys },
  { name: '0021-climbing', up: climbing },
  { name: '0022-repeats', up: repeats },
  { name: '0023-inhibitors', up: inhibitors },
  { name: '0024-told-by', up: toldBy },
  { name: '0025-recent-results', up: recentResults },
  { name: '0026-check-history', up: checkHistory },
  { name: '0027-claims-in-place', up: claimsInPlace },
];
