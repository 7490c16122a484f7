import { expect, it } from 'vitest';
import { scheduled } from '../../test/profiles.ts';
import type { ProfileTriggers } from '../config/types.ts';
import type { RouteFacts } from '../core/hand-over.ts';
import { decideAlertTrigger, decideGithubTrigger, decideWebhookTrigger } from './index.ts';

const nothing = { alert: null, webhook: null, github: null };
const profile = (on: Partial<ProfileTriggers>, enabled = true) =>
  scheduled('heal', { enabled, on: { ...nothing, ...on } });
const facts: RouteFacts = {
  severity: 'P1',
  env: 'prod',
  service: 'api',
  kind: 'disk',
  components: [],
  source: 'monitor@node1',
  labels: {},
};
const disk = { alert: { kind: ['disk'] } };
const pushes = { github: { events: ['push', 'pull_request.opened'], repositories: ['acme/api'] } };
const push = { event: 'push', action: null, repository: 'Acme/API' };

it.each([
  ['that matches', disk, {}, true, 'matched'],
  ['of another kind', disk, { kind: 'oom' }, false, 'no_match'],
  ['for nobody', {}, {}, false, 'not_asked_for'],
  ['that the profile reported', disk, { source: 'job:heal' }, false, 'own_alert'],
  ['about the profile', disk, { labels: { profile: 'heal' } }, false, 'own_alert'],
  ['of another profile', disk, { source: 'job:other', labels: { profile: 'other' } }, true, 'matched'],
])('an alert %s', (_, on, change, start, reason) => {
  expect(decideAlertTrigger(profile(on), { ...facts, ...change })).toEqual({ start, reason });
});

it.each([
  ['of its webhook', { webhook: 'billing' }, true, 'matched'],
  ['of another one', { webhook: 'other' }, false, 'not_asked_for'],
  ['for nobody', {}, false, 'not_asked_for'],
])('a delivery %s', (_, on, start, reason) => {
  expect(decideWebhookTrigger(profile(on), 'billing')).toEqual({ start, reason });
});

it.each([
  ['push', pushes, push, true, 'matched'],
  ['one action', pushes, { ...push, event: 'pull_request', action: 'opened' }, true, 'matched'],
  ['another action', pushes, { ...push, event: 'pull_request', action: 'closed' }, false, 'other_event'],
  ['another event', pushes, { ...push, event: 'issues' }, false, 'other_event'],
  ['another repository', pushes, { ...push, repository: 'acme/web' }, false, 'other_repository'],
  ['no repository', pushes, { ...push, repository: null }, false, 'other_repository'],
  ['any repository', { github: { events: ['push'], repositories: null } }, push, true, 'matched'],
  ['push for nobody', {}, push, false, 'not_asked_for'],
] as const)('GitHub tells of %s', (_, on, told, start, reason) => {
  expect(decideGithubTrigger(profile(on), told)).toEqual({ start, reason });
});

it('nothing starts a disabled profile', () => {
  const off = profile({ ...disk, ...pushes, webhook: 'billing' }, false);
  for (const decision of [
    decideAlertTrigger(off, facts),
    decideWebhookTrigger(off, 'billing'),
    decideGithubTrigger(off, push),
  ])
    expect(decision).toEqual({ start: false, reason: 'disabled' });
});
