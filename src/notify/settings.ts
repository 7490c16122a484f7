import type { Config } from '../config/types.ts';
import type { NotifySettings } from './types.ts';

/** Answers what announcing needs of the configuration, and its ways to the outbox. */
export function readNotifySettings(
  config: Config,
  outbox: Pick<NotifySettings, 'ring' | 'openDesk'>,
): NotifySettings {
  return {
    routes: config.routes,
    channels: config.channels,
    telegram: config.telegram,
    dryRun: config.notify.dryRun,
    publicUrl: config.server.publicUrl,
    ...outbox,
  };
}
