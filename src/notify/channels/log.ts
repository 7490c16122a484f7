import type { ChannelConfig } from '../../config/types.ts';
import { severityRank } from '../../core/severity.ts';
import { renderText, renderTitle } from '../render.ts';
import type { Channel } from './index.ts';

// Whatever a terminal could take as a command is left out; lines stay lines.
const controlCharacters = /(?!\n)\p{Cc}/gu;

/** Writes messages to the log, and so to the terminal; what is severe and not over stands there as a warning. */
export const logChannel: Channel<Extract<ChannelConfig, { type: 'log' }>> = {
  async send(message, _config, { ctx }) {
    const { channel, event, severity, idempotencyKey, url } = message;
    const calm = event.endsWith('.resolved') || severityRank(severity) > severityRank('P1');
    const text = renderText(message).replaceAll(controlCharacters, '');
    const title = renderTitle(message).replaceAll(controlCharacters, '');
    ctx.log[calm ? 'info' : 'warn'](
      { tag: 'notify', channel, event, severity, text, url, idempotency_key: idempotencyKey },
      `[notify] ${title}`,
    );
    return { kind: 'delivered', providerMessageId: null };
  },
};
