import { expect, test } from 'vitest';
import { AppError } from '../core/errors.ts';
import type { LogFields } from '../core/log.ts';
import { createLog, createMetrics } from './index.ts';

const redaction = {
  text: (text: string) => text.replaceAll('s3cret', '[redacted]'),
  isSecretName: (name: string) => /token|authorization/i.test(name),
};

async function logOnce(fields: LogFields, message: string, pretty = false): Promise<string> {
  const lines: string[] = [];
  const stream = { write: (line: string) => void lines.push(line) };
  const log = await createLog({ level: 'info', pretty, redaction, stream });
  log.debug(fields, 'not shown');
  log.info(fields, message);
  expect(lines).toHaveLength(1);
  return lines[0] ?? '';
}

test('a line is JSON with the level as a word, the time in ISO, the tag and the message', async () => {
  const line = JSON.parse(await logOnce({ tag: 'db', requestId: 'r1' }, '[db] open'));
  expect(line).toEqual({
    level: 'info',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    tag: 'db',
    requestId: 'r1',
    msg: '[db] open',
  });
});

test('no secret gets into a line: not by message, field, name of a field, error, cause or stack', async () => {
  const err = new AppError('UNAVAILABLE', 'with s3cret', { cause: new Error('deeper s3cret') });
  const line = await logOnce(
    { tag: 'x', err, url: 'a s3cret', deep: { list: [{ authorization: 'Bearer abc' }] }, apiToken: 'abc' },
    'say s3cret',
  );
  expect(line).not.toMatch(/s3cret|abc/);
  const { err: shown } = JSON.parse(line);
  expect(shown).toMatchObject({
    type: 'AppError',
    message: 'with [redacted]',
    cause: { message: 'deeper [redacted]' },
  });
});

test('what refers to itself is cut, not followed for ever', async () => {
  const loop: Record<string, unknown> = {};
  loop.self = loop;
  expect(await logOnce({ tag: 'x', loop }, 'm')).toContain('[deeper]');
});

test('a person gets one line to read', async () => {
  const line = await logOnce({ tag: 'db', requestId: 'r1' }, '[db] open', true);
  expect(line).toMatch(/^\[\d\d:\d\d:\d\dZ\] INFO: \[db\] open \{"requestId":"r1"\}\n$/);
});

test('a person reads the clock in UTC, a message line by line, and what is null on its line', async () => {
  const fields = { tag: 'notify', channel: 'c', error: null, text: 'api in prod.\nSince noon.' };
  const line = await logOnce({ ...fields, idempotency_key: 'k' }, '[notify] api is slow', true);
  const hour = new Date().toISOString().slice(11, 13);
  expect(line.slice(0, 4)).toBe(`[${hour}:`);
  expect(line.slice(line.indexOf('INFO'))).toBe(
    'INFO: [notify] api is slow\n    api in prod.\n    Since noon. {"channel":"c","error":null}\n',
  );
});

test('metrics are kept in a registry of their own, with those of the process', async () => {
  const [one, other] = [createMetrics(), createMetrics()];
  one.alertsIngested.inc({ result: 'accepted' }, 3);
  expect(await one.registry.metrics()).toContain('tocsin_alerts_ingested_total{result="accepted"} 3');
  expect(await other.registry.metrics()).not.toContain('result="accepted"');
  expect(await one.registry.metrics()).toContain('nodejs_eventloop_lag_seconds');
});
