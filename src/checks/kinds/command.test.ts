import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { checkDefaults } from '../../../test/check-defaults.ts';
import { createTestClock } from '../../../test/clock.ts';
import { startTcpTarget } from '../../../test/misbehaving-target.ts';
import type { CheckConfig } from '../../config/types.ts';
import { createSystemClock } from '../../core/clock.ts';
import { runCheck } from '../run.ts';

type CommandCheck = Extract<CheckConfig, { kind: 'command' }>;

function commandCheck(argv: readonly string[], changes: Partial<CommandCheck> = {}): CommandCheck {
  return { ...checkDefaults, retries: 0, kind: 'command', argv, env: {}, cwd: tmpdir(), ...changes };
}

it.each([
  ['exit 0', {}, { status: 'ok', reason: null, detail: null }],
  [
    'echo slow; exit 1',
    {},
    { status: 'degraded', reason: 'exit_code', detail: 'exit_code == 0, was 1: slow' },
  ],
  [
    'echo full >&2; exit 2',
    {},
    { status: 'down', reason: 'exit_code', detail: 'exit_code in [0, 1], was 2: full' },
  ],
  ['exit 255', {}, { status: 'down', reason: 'exit_code', detail: 'exit_code in [0, 1], was 255' }],
  ['kill -9 $$', {}, { status: 'down', reason: 'exit_code', detail: 'killed by SIGKILL:' }],
  ['exit 3', { conditions: ['exit_code in [0, 3]'] }, { status: 'ok' }],
  ['echo ready', { conditions: ['output contains ready'] }, { status: 'ok' }],
  ['echo ready; exit 2', { conditions: ['output contains ready'] }, { status: 'down', reason: 'exit_code' }],
  [
    'echo late',
    { conditions: ['output contains ready'] },
    { status: 'down', reason: 'condition_failed', detail: 'output contains ready, was late' },
  ],
  [
    'echo "$API_TOKEN"; exit 2',
    { env: { API_TOKEN: 'v3ry-private' } },
    { status: 'down', detail: 'exit_code in [0, 1], was 2: [redacted]' },
  ],
  ['test -n "$PATH"', {}, { status: 'ok' }],
  ['head -c 1000000 /dev/zero; exit 0', {}, { status: 'ok' }],
] as const)('a command %j with %o answers %o', async (script, changes, outcome) => {
  const check = commandCheck(['sh', '-c', script], changes);
  expect(await runCheck(check, { clock: createSystemClock() })).toMatchObject(outcome);
});

it.each([
  ['a program that is not there', { argv: ['/nowhere/at-all'] }],
  ['a folder that is not there', { cwd: '/nowhere' }],
] as const)('a command check is down with spawn_failed for %s', async (_, changes) => {
  const check = commandCheck(['true'], changes);
  expect(await runCheck(check, { clock: createTestClock() })).toMatchObject({
    status: 'down',
    reason: 'spawn_failed',
  });
});

it('does not take arguments that no program can be given for an outage', async () => {
  const outcome = await runCheck(commandCheck(['echo', 'a\0b']), { clock: createTestClock() });
  expect(outcome).toMatchObject({ status: 'unknown', reason: 'internal_error' });
});

it('passes arguments as they are, without a shell', async () => {
  const check = commandCheck(['echo', '$HOME; exit 2'], { conditions: ['output == "x"'] });
  expect((await runCheck(check, { clock: createSystemClock() })).detail).toBe(
    'output == "x", was $HOME; exit 2',
  );
});

/** Ignores SIGTERM, and stays connected to a port so that its end can be seen. */
const stubborn = (port: number) =>
  `process.on('SIGTERM', () => {}); require('node:net').connect(${port}, '127.0.0.1');`;

it('kills the whole group at the timeout, whatever it does about SIGTERM, and does not start it again', async () => {
  const witness = await startTcpTarget(() => {});
  const clock = createTestClock();
  const child = JSON.stringify(stubborn(witness.port));
  const parent = `${stubborn(witness.port)} require('node:child_process').spawn(process.execPath, ['-e', ${child}], { stdio: 'inherit' });`;
  // A command that were started once more after the first round would be connected still in the second.
  for (const connections of [2, 4]) {
    const run = runCheck(commandCheck([process.execPath, '-e', parent], { retries: 1 }), { clock });
    await witness.connected(connections);
    await clock.advance(5000);
    expect(await run).toMatchObject({ status: 'down', reason: 'timeout' });
    await witness.deserted();
  }
  await witness.close();
});

it('answers when the command has ended, though its child holds the output open, and kills the child', async () => {
  const witness = await startTcpTarget((socket) => void socket.write('go'));
  const child = `${stubborn(witness.port)}`;
  const parent = `const child = require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(child)}], { stdio: 'inherit' });
    require('node:net').connect(${witness.port}, '127.0.0.1').once('data', () => { console.log('ready'); process.exit(0); });`;
  const check = commandCheck([process.execPath, '-e', parent], { conditions: ['output contains ready'] });
  expect(await runCheck(check, { clock: createSystemClock() })).toMatchObject({ status: 'ok' });
  await witness.deserted();
  await witness.close();
});
