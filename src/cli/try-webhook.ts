import { loadConfig } from '../config/index.ts';
import { errorTable } from '../core/errors.ts';
import { type Tried, tryWebhookOnce } from '../try-webhook.ts';
import { readBytes, readPair } from './read-fields.ts';
import { render } from './render.ts';

type Options = { config?: string; json?: true; ndjson?: true; header?: string[] };

/** Runs `tocsin webhooks try`: prints what a body would make, and ends with 2 where an alert of it is wrong. */
export async function runWebhookTry(name: string, path: string, options: Options): Promise<void> {
  const config = await loadConfig({ configPath: options.config, areJobsOptional: true });
  const pairs = (options.header ?? []).map((text) => readPair({ name: 'header' }, text));
  const tried = await tryWebhookOnce(config, {
    webhook: name,
    body: readBytes({ name: 'file' }, path).toString('utf8'),
    isNdjson: options.ndjson === true,
    headers: Object.fromEntries(pairs.map(([header, value]) => [header.toLowerCase(), value])),
  });
  process.stdout.write(`${options.json ? JSON.stringify(tried, null, 2) : describe(tried)}\n`);
  if (tried.some(({ accepted }) => !accepted)) process.exitCode = errorTable.VALIDATION_ERROR.exitCode;
}

function describe(tried: readonly Tried[]): string {
  if (tried.length === 0) return 'This body makes no alert.';
  return tried
    .map((one, i) => {
      const text = one.accepted
        ? render(one.alert, null)
        : one.errors.map(({ field, message }) => `${field}: ${message}`).join('\n');
      const head = `alert ${i + 1} of ${tried.length}${one.accepted ? '' : ' would not be taken'}`;
      return `${head}\n${text.replaceAll(/^/gm, '  ')}`;
    })
    .join('\n\n');
}
