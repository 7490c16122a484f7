import { expect, it } from 'vitest';
import { checkDefaults } from '../../../test/check-defaults.ts';
import { createTestClock } from '../../../test/clock.ts';
import { findClosedPort, startTcpTarget } from '../../../test/misbehaving-target.ts';
import type { CheckConfig } from '../../config/types.ts';
import { runCheck } from '../run.ts';

type TcpCheck = Extract<CheckConfig, { kind: 'tcp' }>;

function tcpCheck(port: number, changes: Partial<TcpCheck> = {}): TcpCheck {
  return {
    ...checkDefaults,
    retries: 0,
    kind: 'tcp',
    host: '127.0.0.1',
    port,
    send: null,
    expect: null,
    ...changes,
  };
}

it.each([
  ['accepts', {}, { status: 'ok', reason: null, detail: null }],
  ['accepts', { send: 'QUIT\r\n' }, { status: 'ok' }],
  ['greets in two pieces', { expect: 'ESMTP' }, { status: 'ok' }],
  ['echoes', { send: 'PING', expect: 'PING' }, { status: 'ok' }],
  [
    'echoes',
    { send: 'PING', expect: 'PING', conditions: ['latency > 1s'] },
    { status: 'down', reason: 'condition_failed', detail: 'latency > 1s, was 0ms' },
  ],
  [
    'greets and ends',
    { expect: 'SSH-' },
    { status: 'down', reason: 'expect_mismatch', detail: 'expected "SSH-", got "220 mail\\r\\n"' },
  ],
  ['babbles', { expect: 'SSH-' }, { status: 'down', reason: 'expect_mismatch' }],
  ['resets', { expect: 'SSH-' }, { status: 'down', reason: 'connect_reset' }],
] as const)(
  'a tcp check of a target that %s, with %o, answers %o and lets go of the connection',
  async (manner, changes, outcome) => {
    const target = await startTcpTarget((socket) => {
      if (manner === 'accepts') socket.resume();
      if (manner === 'greets in two pieces') socket.write('220 mail ES', () => void socket.write('MTP\r\n'));
      if (manner === 'greets and ends') socket.end('220 mail\r\n');
      if (manner === 'echoes') socket.pipe(socket);
      if (manner === 'babbles') socket.end('x'.repeat(100_000));
      if (manner === 'resets') socket.resetAndDestroy();
    });
    expect(await runCheck(tcpCheck(target.port, changes), { clock: createTestClock() })).toMatchObject(
      outcome,
    );
    await target.deserted();
    await target.close();
  },
);

it('a tcp check is down at its timeout when what it expects never comes', async () => {
  const target = await startTcpTarget((socket) => void socket.write('wait'));
  const clock = createTestClock();
  const run = runCheck(tcpCheck(target.port, { expect: 'done' }), { clock });
  await target.connected(1);
  await clock.advance(5000);
  expect(await run).toEqual({
    status: 'down',
    reason: 'timeout',
    detail: 'no answer within 5s',
    latencyMs: 5000,
  });
  await target.deserted();
  await target.close();
});

it('a tcp check says connect_refused where nobody listens', async () => {
  const check = tcpCheck(await findClosedPort());
  expect(await runCheck(check, { clock: createTestClock() })).toMatchObject({
    status: 'down',
    reason: 'connect_refused',
  });
});
