import type { Config } from './config/index.ts';
import { createSystemClock } from './core/clock.ts';
import { type Tried, tryWebhook } from './flows/try-webhook.ts';
import { createMapper } from './webhooks/index.ts';

export type { Tried };

/** Answers what a webhook would make of a body, without a database. Throws NOT_FOUND, VALIDATION_ERROR. */
export async function tryWebhookOnce(
  config: Config,
  body: { webhook: string; body: string; isNdjson: boolean; headers: Readonly<Record<string, string>> },
): Promise<Tried[]> {
  const clock = createSystemClock();
  const mapper = createMapper(clock);
  try {
    return await tryWebhook({ config, clock, mapper }, body);
  } finally {
    await mapper.stop();
  }
}
