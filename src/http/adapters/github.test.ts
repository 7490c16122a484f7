import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { openDoor } from '../../../test/door.ts';
import { jobsOf, scheduled } from '../../../test/profiles.ts';
import { migratedSchema } from '../../../test/services/migrated.ts';
import { quietLog } from '../../../test/stores.ts';
import { systemActor } from '../../core/actor.ts';
import type { StoreOptions } from '../../store/index.ts';

const secret = 'between-github-and-us';
const on = (events: string[], repositories: string[] | null) => ({
  on: { alert: null, webhook: null, github: { events, repositories } },
});
const jobs = jobsOf([
  scheduled('deploy', on(['push'], ['acme/api'])),
  scheduled('review', on(['pull_request.opened'], null)),
  scheduled('off', { ...on(['push'], null), enabled: false }),
  scheduled('plain'),
]);
const push = JSON.stringify({ ref: 'refs/heads/main', repository: { full_name: 'Acme/api' } });

const stores: readonly [string, () => Promise<StoreOptions>][] = [
  ['SQLite', async () => ({ backend: 'memory' })],
  ['PostgreSQL', async () => ({ backend: 'postgres', dsn: await migratedSchema(quietLog) })],
];

async function open(store: StoreOptions = { backend: 'memory' }, env: Record<string, string> = {}) {
  const door = await openDoor({ config: { jobs }, store, env: { GITHUB_WEBHOOK_SECRET: secret, ...env } });
  const post = (payload: string, headers: Record<string, string>) =>
    door.server.inject({ method: 'POST', url: '/v1/webhooks/github', payload, headers });
  const deliver = (id: string, event: string, body: string, headers: Record<string, string> = {}) =>
    post(body, {
      'content-type': 'application/json',
      'x-github-delivery': id,
      'x-github-event': event,
      'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
      ...headers,
    });
  const runs = () =>
    door
      .context(systemActor('test'))
      .db.selectFrom('run')
      .select(['profile', 'source', 'status', 'repo', 'pr_number', 'trigger_payload'])
      .orderBy('run_id')
      .execute();
  /** Puts other profiles into force. */
  const follow = (edited: typeof jobs) =>
    void Object.assign(door.context(systemActor('test')).config, { jobs: edited });
  return { ...door, post, deliver, runs, follow };
}

test.each(stores)(
  'a signed delivery starts the profiles that wait for it, once, on %s',
  async (_, makeStore) => {
    const { deliver, runs } = await open(await makeStore());
    const answers = await Promise.all([1, 2, 3].map(() => deliver('d1', 'push', push)));
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([202, 202, 202]);
    const [first] = answers.map((answered) => answered.json());
    expect(first).toEqual({ status: 'started', run_ids: [expect.stringMatching(/^run_/)] });
    expect(answers.map((answered) => answered.json())).toEqual([first, first, first]);
    expect((await deliver('d1', 'push', push)).headers['idempotent-replayed']).toBe('true');
    expect((await deliver('d1', 'push', `${push} `)).statusCode).toBe(409);
    const opened = JSON.stringify({
      action: 'opened',
      pull_request: { number: 7 },
      repository: { full_name: 'acme/web' },
    });
    expect((await deliver('d2', 'pull_request', opened)).json()).toMatchObject({ status: 'started' });
    expect(await runs()).toEqual([
      {
        profile: 'deploy',
        source: 'webhook',
        status: 'queued',
        repo: 'Acme/api',
        pr_number: null,
        trigger_payload: push,
      },
      {
        profile: 'review',
        source: 'webhook',
        status: 'queued',
        repo: 'acme/web',
        pr_number: 7,
        trigger_payload: opened,
      },
    ]);
  },
);

test('what nobody waits for is taken and ignored, with the reason', async () => {
  const { deliver, runs } = await open();
  for (const [id, event, body, reason] of [
    ['a', 'push', '{"repository":{"full_name":"acme/other"}}', 'other_repository'],
    ['b', 'ping', '{"zen":"x"}', 'other_event'],
  ] as const)
    expect((await deliver(id, event, body)).json(), id).toEqual({ status: 'ignored', reason });
  expect(await runs()).toEqual([]);
});

test('what was ignored is looked at anew when it is sent again, as jobs.yaml may wait for it by then', async () => {
  const { deliver, follow } = await open();
  const other = '{"repository":{"full_name":"acme/other"}}';
  expect((await deliver('a', 'push', other)).json()).toMatchObject({ status: 'ignored' });
  follow(jobsOf([scheduled('deploy', on(['push'], null))]));
  expect((await deliver('a', 'push', other)).json()).toMatchObject({ status: 'started' });
});

test.each(stores)('a number that no pull request has is left out, on %s', async (_, makeStore) => {
  const { deliver, runs } = await open(await makeStore());
  for (const number of [-5_000_000_000, -1, 0, 2 ** 31, 1.5]) {
    const body = JSON.stringify({ action: 'opened', pull_request: { number } });
    expect((await deliver(`n${number}`, 'pull_request', body)).statusCode, `${number}`).toBe(202);
  }
  expect((await runs()).map(({ pr_number }) => pr_number)).toEqual([null, null, null, null, null]);
});

test('a form of GitHub is read like its JSON', async () => {
  const { deliver } = await open();
  const form = new URLSearchParams({ payload: push }).toString();
  const type = { 'content-type': 'application/x-www-form-urlencoded' };
  expect((await deliver('d1', 'push', form, type)).json()).toMatchObject({ status: 'started' });
  expect((await deliver('d2', 'push', push, type)).json()).toMatchObject({ status: 'started' });
});

test('what is not signed, or cannot be read, starts nothing', async () => {
  const { post, deliver, runs, lines } = await open({ backend: 'memory' }, { RATE_LIMIT_MAX: '2' });
  expect((await deliver('d1', 'push', push, { 'x-hub-signature-256': 'sha256=00' })).statusCode).toBe(401);
  expect((await post(push, { 'x-github-delivery': 'd2' })).statusCode).toBe(401);
  expect((await post(push, {})).statusCode).toBe(429);
  expect((await deliver('d3', 'push', '[1]')).statusCode).toBe(400);
  expect((await deliver('d4', 'push', '{"a":')).statusCode).toBe(400);
  expect((await deliver('', 'push', push)).statusCode).toBe(400);
  expect(await runs()).toEqual([]);
  expect(lines.filter(({ level }) => level === 'warn').map(({ fields }) => fields.delivery_id)).toEqual([
    'd1',
    'd2',
    'd3',
    'd4',
    null,
  ]);
  expect((await deliver('d3', 'push', push)).json()).toMatchObject({ status: 'started' });
});

test('without GITHUB_WEBHOOK_SECRET nothing is let in', async () => {
  const { deliver } = await open({ backend: 'memory' }, { GITHUB_WEBHOOK_SECRET: '' });
  const refused = await deliver('d1', 'push', push);
  expect([refused.statusCode, refused.json().error.details.reason]).toEqual([401, 'secret_not_set']);
});
