import { expect, test } from 'vitest';
import { startReceiver } from '../webhook-receiver.ts';
import { makeFolder, run } from './command-line.ts';

/** Says on standard error when Sentry's client is loaded. */
const hook = `
  import { registerHooks } from 'node:module';
  registerHooks({
    resolve(name, context, next) {
      if (name.includes('sentry-client')) process.stderr.write('loads Sentry');
      return next(name, context);
    },
  });`;

const badPlace = {
  TOCSIN_DATA_DIR: '/dev/null/data',
  NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(hook)}`,
};

test('a start that fails is told to Sentry with a DSN; without one its client is not even loaded', {
  timeout: 60_000,
}, async () => {
  const receiver = await startReceiver();
  const folder = await makeFolder('server: { listen: "127.0.0.1:0" }\n');
  const dsn = `${receiver.url.replace('//', '//key@')}/1`;
  const [told, quiet] = await Promise.all([
    run(folder, ['serve'], { ...badPlace, SENTRY_DSN: dsn }),
    run(folder, ['serve'], badPlace),
  ]);
  expect(told.stderr).toContain('loads Sentry');
  expect(quiet.stderr).not.toContain('loads Sentry');
  expect(quiet.stderr).toContain('/dev/null/data');
  expect(told.code).toBe(quiet.code);
  expect(receiver.received.map(({ body }) => body)).toEqual([
    expect.stringContaining('[app] could not start'),
  ]);
});
