import { Agent } from 'undici';
import { expect, test } from 'vitest';
import { createTestClock } from '../../../test/clock.ts';
import { message, noTelegram } from '../../../test/notify.ts';
import { quietLog } from '../../../test/stores.ts';
import type { Log } from '../../core/log.ts';
import type { Ctx } from '../../store/index.ts';
import type { Message } from '../types.ts';
import { logChannel } from './log.ts';

type Line = { level: string; line: string } & Record<string, unknown>;

async function logged(given: Partial<Message>): Promise<Line | undefined> {
  const lines: Line[] = [];
  const keep =
    (level: string): Log['info'] =>
    (fields, line) =>
      void lines.push({ level, line, ...fields });
  const log: Log = { ...quietLog, info: keep('info'), warn: keep('warn') };
  const ctx = { log, clock: createTestClock() } as unknown as Ctx;
  const deps = { ctx, http: new Agent(), telegram: noTelegram };
  const outcome = await logChannel.send(message(given), { type: 'log' }, deps);
  expect(outcome).toEqual({ kind: 'delivered', providerMessageId: null });
  return lines[0];
}

test('the log says what happened, where to look, and by which key it is known', async () => {
  expect(await logged({ channel: 'terminal' })).toEqual({
    level: 'warn',
    line: '[notify] api is slow',
    text: 'api in prod.\nSince noon.',
    tag: 'notify',
    channel: 'terminal',
    event: 'incident.opened',
    severity: 'P1',
    url: 'http://tocsin.test/incidents/INC-7',
    idempotency_key: 'inc_7/incident.opened/1/ops',
  });
});

test.each([
  [{ severity: 'P0' }, 'warn'],
  [{ severity: 'P2' }, 'info'],
  [{ severity: 'P0', event: 'incident.resolved' }, 'info'],
] as const)('%j is written as %s', async (given, level) => {
  expect((await logged(given))?.level).toBe(level);
});

test('nothing in a message commands the terminal or makes a line of its own', async () => {
  const line = await logged({ title: 'a\n[alert] forged\u001b[2J', text: 'x\u0007\ny\u009b1m' });
  expect(line).toMatchObject({ line: '[notify] a [alert] forged[2J', text: 'x\ny1m' });
});
