import { expect, test } from 'vitest';
import { openDoor } from '../../test/door.ts';
import { echoActions } from '../../test/echo-actions.ts';
import { startReceiver } from '../../test/webhook-receiver.ts';
import { openReports } from '../base.ts';
import { createSystemClock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { AnsweredAction } from '../telemetry/index.ts';

const ignore = () => undefined;
const silent: Log = { debug: ignore, info: ignore, warn: ignore, error: ignore };

test('a request that fails unexpectedly is told to Sentry once, by its id and without what was sent', async () => {
  const receiver = await startReceiver();
  const dsn = `${receiver.url.replace('//', '//key@')}/1`;
  const where = { dsn, environment: 'test', tracesSampleRatio: 0 };
  const reports = await openReports(where, { release: '1', clock: createSystemClock() });
  const { server, bearer } = await openDoor({ actions: echoActions, door: { log: reports.follow(silent) } });
  const headers = { ...(await bearer('admin')), 'x-request-id': 'request-1234' };
  const ask = (how: string) => server.inject({ method: 'POST', url: '/v1/fail', headers, payload: { how } });
  expect((await ask('sql')).statusCode).toBe(500);
  expect((await ask('conflict')).statusCode).toBe(409);
  await reports.close();
  expect(receiver.received).toHaveLength(1);
  const body = receiver.received[0]?.body ?? '';
  expect(body).toContain('"tags":{"tag":"http","request_id":"request-1234"}');
  expect(body).not.toContain(headers.authorization.slice('Bearer '.length));
  expect(body).not.toContain('127.0.0.1');
});

test('each action that was answered is handed on by its name, whatever became of it', async () => {
  const answered: AnsweredAction[] = [];
  const traceAction = (action: AnsweredAction) => void answered.push(action);
  const { server, bearer } = await openDoor({ actions: echoActions, door: { traceAction } });
  const headers = { ...(await bearer('admin')), 'x-request-id': 'request-1234' };
  await server.inject({ url: '/v1/echo?limit=7', headers });
  await server.inject({ method: 'POST', url: '/v1/fail', headers, payload: { how: 'sql' } });
  await server.inject({ url: '/healthz' });
  const common = { requestId: 'request-1234', durationMs: expect.any(Number) };
  expect(answered).toEqual([
    { name: 'echo.find', status: 200, ...common },
    { name: 'echo.fail', status: 500, ...common },
  ]);
});
