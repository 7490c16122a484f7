import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { useJobsFolder } from '../../test/jobs-folder.ts';
import { collectSecrets } from './secrets.ts';
import { describeConfig, showConfig } from './show.ts';

const { load, problemsOf } = useJobsFolder();
const dsn = 'https://0123456789abcdef@o1.ingest.example.com/42';

it('without a DSN errors are told to nobody', async () => {
  expect((await load({}, { env: { SENTRY_TRACES_SAMPLE_RATE: '1' } })).sentry).toBeNull();
});

it.each([
  [{}, { environment: 'production', tracesSampleRatio: 0.1 }],
  [{ NODE_ENV: 'development' }, { environment: 'development' }],
  [{ NODE_ENV: 'development', SENTRY_ENVIRONMENT: 'edge-1' }, { environment: 'edge-1' }],
  [{ SENTRY_TRACES_SAMPLE_RATE: '0' }, { tracesSampleRatio: 0 }],
  [{ SENTRY_TRACES_SAMPLE_RATE: '.25' }, { tracesSampleRatio: 0.25 }],
  [{ SENTRY_TRACES_SAMPLE_RATE: '1.0' }, { tracesSampleRatio: 1 }],
])('with a DSN and %j it is %j', async (env, expected) => {
  expect((await load({}, { env: { SENTRY_DSN: dsn, ...env } })).sentry).toMatchObject({ dsn, ...expected });
});

it.each([
  ['SENTRY_DSN', 'yes'],
  ['SENTRY_DSN', 'https://o1.ingest.example.com/42'],
  ['SENTRY_DSN', 'https://key@o1.ingest.example.com/project'],
  ['SENTRY_DSN', 'ftp://key@o1.ingest.example.com/42'],
  ['SENTRY_ENVIRONMENT', 'two words'],
  ['SENTRY_TRACES_SAMPLE_RATE', '2'],
  ['SENTRY_TRACES_SAMPLE_RATE', '-0.1'],
  ['SENTRY_TRACES_SAMPLE_RATE', '1.1'],
  ['SENTRY_TRACES_SAMPLE_RATE', 'often'],
  ['SENTRY_TRACES_SAMPLE_RATE', '10%'],
  ['METRICS_API_URL', 'metrics.example.com'],
])('%s=%s is refused by its name', async (name, value) => {
  expect(await problemsOf({}, { env: { [name]: value } })).toMatchObject([{ key: name }]);
});

it('a DSN is shown without its key, which nothing that tasks write may show either', async () => {
  const config = await load({}, { env: { SENTRY_DSN: dsn, METRICS_API_URL: 'https://m.example.com' } });
  expect(parse(showConfig(config)).environment).toMatchObject({
    metrics_api_url: 'https://m.example.com',
    sentry: {
      dsn: 'https://[redacted]@o1.ingest.example.com/42',
      environment: 'production',
      traces_sample_rate: 0.1,
    },
  });
  expect(describeConfig(config)).toContain('https://[redacted]@o1.ingest.example.com/42 as production');
  expect(collectSecrets(config)).toContain(dsn);
});
