import { expect, it } from 'vitest';
import { bareFacts, began, deploymentBefore, fullFacts } from '../../../test/triage-facts.ts';
import { type ActionFacts, decideNextAction } from './decide.ts';

const [runbook] = fullFacts.runbooks;
const [component] = fullFacts.components;
const [past] = fullFacts.before;
if (!runbook || !component || !past) throw new Error('the facts are not full');

const bare: ActionFacts = {
  alert: { service: 'api', env: 'prod', source: 'monitor@node1', startedAt: began, endedAt: null },
  components: bareFacts.components,
  runbooks: [],
  changes: [],
  before: [],
  alertsAround: 0,
};
const reload = deploymentBefore(30, { kind: 'config_reload', service: 'tocsin' });
const upstream = { ...component, name: 'Database', relation: 'upstream' } as const;

it.each<[string, Partial<ActionFacts>, string, string]>([
  ['has ended', { alert: { ...bare.alert, endedAt: began } }, 'ended_by_itself', 'Wait: the alert'],
  ['hangs on what is down', { components: [component, upstream] }, 'upstream_down', 'Look at Database first'],
  ['is down itself', { components: [component] }, 'nothing_known', 'Look at the service itself'],
  [
    'hangs on what is well',
    { components: [{ ...upstream, status: 'ok' }] },
    'nothing_known',
    'Look at the service itself',
  ],
  [
    'has a runbook',
    { runbooks: [{ runbook, because: 'service api' }], changes: [deploymentBefore(1)] },
    'runbook',
    'Open the runbook "The API does not answer" in the triage report',
  ],
  [
    'was deployed before',
    { changes: [reload, deploymentBefore(120)], before: [past] },
    'deployed_before',
    'Read what changed in api 1.4.2: it was deployed 2h before this began.',
  ],
  ['was deployed long before', { changes: [deploymentBefore(121)] }, 'nothing_known', 'Look at the service'],
  ['was deployed since', { changes: [deploymentBefore(-1)] }, 'nothing_known', 'Look at the service itself'],
  [
    'stands beside one that was deployed',
    { changes: [deploymentBefore(1, { service: 'web' })] },
    'nothing_known',
    'Look at the service itself',
  ],
  ['happened before', { before: [past], changes: [reload] }, 'happened_before', 'Read how INC-5 ended'],
  [
    'Tocsin measured after a reload',
    { alert: { ...bare.alert, source: 'tocsin:prober' }, changes: [reload], alertsAround: 3 },
    'reloaded_before',
    'it changed 30m before',
  ],
  ['another measured after a reload', { changes: [reload], alertsAround: 3 }, 'others_around', 'Look at the'],
  ['is not alone', { alertsAround: 1 }, 'others_around', 'Look at the other alerts'],
  ['is all that is known', {}, 'nothing_known', 'change nothing yet'],
])('an alert that %s', (_, change, reason, words) => {
  const next = decideNextAction({ ...bare, ...change });
  expect(next.reason).toBe(reason);
  expect(next.action).toContain(words);
});
