import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { type Receiver, startReceiver } from '../webhook-receiver.ts';
import { makeFolder, run, serve } from './command-line.ts';

const configure = (receiver: Receiver) => `server: { listen: "127.0.0.1:0" }
channels: { hook: { type: webhook, url: "${receiver.url}" } }
routes: [{ name: all, channels: [hook], group_wait: 0s }]
`;

const keysOf = ({ received }: Receiver) => received.map(({ headers }) => String(headers['idempotency-key']));

test('while a host hands over to another, and with both running afterwards, each alert is told once', {
  timeout: 60_000,
}, async () => {
  const receiver = await startReceiver();
  const [old, next] = [await makeFolder(configure(receiver)), await makeFolder(configure(receiver))];
  const here = await serve(old);
  const token = (await readFile(join(old, 'data/admin-token'), 'utf8')).trim();
  /** Answers the status, and the alert where it was taken. */
  const report = async (url: string, n: number) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    // Those of other environments make no incident: each has a message of its own.
    const body = JSON.stringify({ service: `s${n}`, title: 'down', severity: 'P1', env: 'dev' });
    const answer = await fetch(`${url}/v1/alerts`, { method: 'POST', headers, body });
    return { status: answer.status, ref: ((await answer.json()) as { alert_ref?: string }).alert_ref };
  };
  const taken: string[] = [];
  let refused: number | null = null;
  const traffic = (async () => {
    for (let n = 0; refused === null; n++) {
      const { status, ref } = await report(here.url, n);
      if (status === 200) taken.push(ref ?? '');
      else refused = status;
      await pause(20); // the senders' own pace
    }
  })();
  const file = join(next, 'state.db');
  expect(await run(old, ['state', 'export', file, '--hand-over'])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('servers on it send nothing'),
  });
  await traffic;
  expect(refused).toBe(503);
  const ready = await fetch(`${here.url}/readyz`);
  expect([ready.status, await ready.json()]).toMatchObject([503, { status: 'handed_over' }]);
  const denied = await run(old, ['token', 'create', '--role', 'viewer', '--name', 'ann']);
  expect(denied).toMatchObject({ code: 69, stderr: expect.stringContaining('handed over') });

  expect(await run(next, ['state', 'import', file])).toMatchObject({ code: 0 });
  const there = await serve(next);
  // What the senders repeat, and what the old host refused.
  for (let n = 0; n <= taken.length; n++) {
    const { status, ref } = await report(there.url, n);
    expect(status).toBe(200);
    if (n < taken.length) expect(ref).toBe(taken[n]);
  }
  await vi.waitFor(() => expect(keysOf(receiver).length).toBeGreaterThan(taken.length), 20_000);
  await pause(1200); // both look for work at least once more
  const keys = keysOf(receiver);
  expect(new Set(keys).size).toBe(keys.length);
  expect(keys).toHaveLength(taken.length + 1);
});
