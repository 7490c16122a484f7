import { expect, test } from 'vitest';
import { makeEnvironment } from './run-environment.ts';

type Live = Parameters<typeof makeEnvironment>[0];
type Task = Parameters<typeof makeEnvironment>[1];

function metricsUrlOf(metricsApiUrl: string | null, profile: object = {}, task: object = {}) {
  const live = {
    ctx: { config: { server: { publicUrl: 'http://tocsin.example.com' }, metricsApiUrl } },
    deps: { environment: { METRICS_API_URL: 'of-the-process' } },
    profile: { env: profile },
    started: { run: { run_id: 'run_1' } },
    ...{ token: 'toc_x', folder: null },
  } as unknown as Live;
  return makeEnvironment(live, { name: 't', env: task } as unknown as Task, null).METRICS_API_URL;
}

test('a task hears where metrics go: what it or its profile says, what the service says, else where the public finds it', () => {
  expect(metricsUrlOf(null)).toBe('http://tocsin.example.com');
  expect(metricsUrlOf('https://m.example.com/x/')).toBe('https://m.example.com/x/');
  expect(metricsUrlOf('https://m.example.com', { METRICS_API_URL: 'p' })).toBe('p');
  expect(metricsUrlOf(null, { METRICS_API_URL: 'p' }, { METRICS_API_URL: 't' })).toBe('t');
});
