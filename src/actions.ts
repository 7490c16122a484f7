import { createTokenAction, listTokensAction, revokeTokenAction } from './access/index.ts';
import {
  ackAction,
  listAlerts,
  renewAction,
  requeueAction,
  resolveAction,
  retryAction,
  showDashboard,
} from './alerts/index.ts';
import type { Action } from './core/action.ts';
import { claimAction, failAction, getAlert } from './flows/alert-actions.ts';
import type { FlowCtx } from './flows/context.ts';
import { listComponents, runChecks } from './flows/health-actions.ts';
import { ingestAction } from './flows/report.ts';

/** Everything that Tocsin can be asked to do. The doors are made from this list. */
export const actions = [
  ingestAction,
  listAlerts,
  showDashboard,
  claimAction,
  getAlert,
  renewAction,
  ackAction,
  failAction,
  requeueAction,
  retryAction,
  resolveAction,
  listComponents,
  runChecks,
  createTokenAction,
  listTokensAction,
  revokeTokenAction,
] as unknown as readonly Action<FlowCtx>[];
