import type { Reader } from './environment.ts';
import type { SentryConfig } from './types.ts';

/** The user is the key; the last part of the path is the project's number (https://develop.sentry.dev/sdk/overview/). */
const dsnForm = /^https?:\/\/\w+(:\w+)?@[\w.-]+(:\d{1,5})?(\/[\w./-]+)?\/\d+$/;

/** Answers where errors are told; null: nowhere. What is wrong is refused without a DSN too. */
export function readSentry(reader: Reader): SentryConfig | null {
  const dsn = reader.get('SENTRY_DSN');
  const tracesSampleRatio = readRatio(reader);
  const environment = reader.get('SENTRY_ENVIRONMENT') ?? reader.get('NODE_ENV') ?? 'production';
  // https://docs.sentry.io/concepts/key-terms/environments/
  if (!/^[^\s/]{1,64}$/.test(environment) || environment === 'None')
    reader.refuse('SENTRY_ENVIRONMENT', 'a name such as production: up to 64 characters, no space, no slash');
  if (dsn === null) return null;
  if (dsnForm.test(dsn) && URL.canParse(dsn)) return { dsn, environment, tracesSampleRatio };
  reader.refuse('SENTRY_DSN', "a project's DSN, such as https://key@sentry.example.com/42");
  return null;
}

function readRatio({ get, refuse }: Reader): number {
  const text = get('SENTRY_TRACES_SAMPLE_RATE');
  if (text === null) return 0.1;
  if (/^(0|1|[01]?\.\d{1,9}|1\.0{1,9})$/.test(text) && Number(text) <= 1) return Number(text);
  refuse('SENTRY_TRACES_SAMPLE_RATE', 'a number from 0 to 1, such as 0.1');
  return 0;
}
