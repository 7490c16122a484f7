/*
 * Deployments: what was changed and when, as pipelines and Tocsin itself say it, so that triage can name it.
 * Knows nothing of alerts and incidents.
 */

export { listDeployments } from './list.ts';
export { countDeploymentsBetween, selectDeploymentsBetween, selectLastDeployment } from './queries.ts';
export { expiredDeployments } from './queries-retention.ts';
export { recordDeployment, recordReload } from './record.ts';
