import { type Answer, startReceiver } from './webhook-receiver.ts';

export type SentMessage = {
  token: string;
  method: string;
  chat_id?: number | string;
  text?: string;
  parse_mode?: string;
  message_thread_id?: number;
  disable_notification?: boolean;
};

/** Telegram's Bot API on loopback, as far as it was recorded: it keeps what was sent and answers by script. */
export type TelegramServer = {
  apiRoot: string;
  /** Every call, in order. */
  calls: SentMessage[];
  /** Answers for the next calls, in order; after them every message is taken. */
  script: Answer[];
  /** What `getUpdates` answers. */
  updates: unknown[];
};

/** Answers a refusal in the words of the Bot API. */
export function telegramRefusal(
  status: number,
  description: string,
  parameters?: Record<string, number>,
): Answer {
  return json(status, { ok: false, error_code: status, description, ...(parameters ? { parameters } : {}) });
}

/** Starts a server that lives as long as the test; message ids count up from 77. */
export async function startTelegramServer(): Promise<TelegramServer> {
  const receiver = await startReceiver();
  const server: TelegramServer = { apiRoot: receiver.url, calls: [], script: [], updates: [] };
  receiver.onRequest = ({ path, body }) => {
    const [, token = '', method = ''] = /^\/bot([^/]+)\/(\w+)$/.exec(path) ?? [];
    const call: SentMessage = { ...(JSON.parse(body) as object), token, method };
    server.calls.push(call);
  };
  let lastId = 76;
  receiver.standing = ({ path, body }) => {
    if (path.endsWith('/getUpdates')) return json(200, { ok: true, result: server.updates });
    const sent = JSON.parse(body) as { chat_id?: number; text?: string };
    lastId += 1;
    const chat = { id: sent.chat_id, type: 'supergroup' };
    return json(200, { ok: true, result: { message_id: lastId, date: 1, chat, text: sent.text } });
  };
  receiver.script = server.script;
  return server;
}

function json(status: number, body: unknown): Answer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}
