import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { useJobsFolder } from '../../../test/jobs-folder.ts';
import { showConfig } from '../show.ts';

const { load, problemsOf } = useJobsFolder();
const tocsin = `
channels: { out: { type: log } }
routes: [{ name: all, channels: [out] }]
webhooks: { billing: { verify: hmac, secret: geheim, mapping: "[]" } }
`;
const jobs = (on: string) => `profiles:\n  billing:\n    cron: "0 3 * * *"\n    on: ${on}\n`;
const files = (on: string) => ({ 'tocsin.yaml': tocsin, 'automation/jobs.yaml': jobs(on) });

it.each([
  ['{}', { alert: null, webhook: null, github: null }],
  ['{ webhook: true }', { webhook: 'billing' }],
  ['{ webhook: billing }', { webhook: 'billing' }],
  [
    '{ alert: { match: { kind: [disk], labels_regex: { node: "eu-.*" } } } }',
    { alert: { kind: ['disk'], labelsRegex: { node: 'eu-.*' } } },
  ],
  [
    '{ github: { events: [push, pull_request.opened], repositories: [Acme/API] } }',
    { github: { events: ['push', 'pull_request.opened'], repositories: ['acme/api'] } },
  ],
  ['{ github: { events: [push] } }', { github: { events: ['push'], repositories: null } }],
])('on: %s is read, and shown so that it can be read again', async (on, triggers) => {
  const config = await load(files(on));
  const [profile] = config.jobs.profiles;
  expect(profile?.on).toMatchObject(triggers);
  const shown = parse(showConfig(config)).jobs.profiles.billing.on;
  const again = await load(files(JSON.stringify(shown)));
  expect(again.jobs.profiles[0]?.on).toEqual(profile?.on);
});

it.each([
  [
    'a webhook that there is not',
    '{ webhook: biling }',
    'webhook',
    { message: expect.stringMatching(/billing/) },
  ],
  ['a kind that there is not', '{ alert: { match: { kind: [dsk] } } }', 'alert.match.kind[0]', {}],
  [
    'an unknown trigger',
    '{ webhok: true }',
    'webhok',
    { expected: expect.stringMatching(/alert, webhook, github/) },
  ],
  ['no event', '{ github: { repositories: [a/b] } }', 'github.events', {}],
  ['no repository', '{ github: { events: [push], repositories: [a] } }', 'github.repositories[0]', {}],
])('on: with %s is refused', async (_, on, key, problem) => {
  expect(await problemsOf(files(on))).toMatchObject([{ key: `profiles.billing.on.${key}`, ...problem }]);
});

it('a webhook cannot take the place of GitHub', async () => {
  const text = tocsin.replace('billing', 'github');
  expect(await problemsOf({ 'tocsin.yaml': text })).toMatchObject([
    { key: 'webhooks.github', expected: expect.stringMatching(/GITHUB_WEBHOOK_SECRET/) },
  ]);
});
