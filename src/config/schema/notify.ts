import { z } from 'zod';
import {
  duration,
  durationExpected,
  headers,
  httpUrl,
  readDuration,
  section,
  severity,
  slug,
  text,
  timerDuration,
  wholeNumber,
} from './fields.ts';
import { matchSchema } from './match.ts';
import { quietHoursSchema } from './quiet-hours.ts';

const logChannel = section({ type: z.literal('log') });

/** Well inside the 30 s of a message's lease, so that nobody else sends it meanwhile. */
const longestSendMs = 20_000;

const webhookChannel = section({
  type: z.literal('webhook'),
  url: httpUrl,
  secret: z.string().optional().describe('Signs the body; empty: unsigned.'),
  headers: headers.default({}),
  timeout: duration({ minMs: 1, maxMs: longestSendMs })
    .prefault('10s')
    .describe('How long an answer may take, at most 20s.'),
}).transform((raw) => ({
  type: raw.type,
  url: raw.url,
  secret: raw.secret || null,
  headers: raw.headers,
  timeoutMs: raw.timeout,
}));

const telegramChannel = section({
  type: z.literal('telegram'),
  channel: z
    .string()
    .regex(/^[A-Za-z0-9_]+$/, { error: 'the NAME of TELEGRAM_CHAT_ID_<NAME>' })
    .describe('NAME of TELEGRAM_CHAT_ID_<NAME> and TELEGRAM_BOT_TOKEN_<NAME>.'),
  api_root: httpUrl.optional().describe('Another Bot API server than that of Telegram.'),
}).transform((raw) => ({
  type: raw.type,
  channel: raw.channel.toUpperCase(),
  apiRoot: raw.api_root?.replace(/\/+$/, '') ?? null,
}));

/** The `channels:` section, by name. */
export const channelsSchema = z.record(
  slug,
  z.discriminatedUnion('type', [logChannel, webhookChannel, telegramChannel]),
);

const repeatInterval = z
  .union([z.string(), z.literal(0)], { error: `${durationExpected}, or off` })
  .transform((word, ctx) => (word === 'off' ? null : readDuration(word, { minMs: 1000 }, ctx)));

/** An entry of `routes:`. */
export const routeSchema = section({
  name: text.describe('Name that the routing policy uses.'),
  match: matchSchema
    .prefault({})
    .describe('Every key must match; a list matches when one of its values does.'),
  channels: z.array(text).describe('Names from `channels:`; an empty list mutes what matches.'),
  group_wait: timerDuration(0).optional().describe('Default: 0 for P0 and P1, 30s otherwise.'),
  severity_floor: severity.default('P3').describe('The least severe that is sent.'),
  send_resolved: z.boolean().default(true),
  dedupe_ttl_minutes: wholeNumber
    .min(1)
    .max(525_600)
    .optional()
    .describe(
      'How long after its last repeat an alert without a word on that is the same problem; default: 30.',
    ),
  quiet_hours: quietHoursSchema
    .optional()
    .describe('When its messages wait, but those of P0, which never do.'),
  repeat_interval: repeatInterval
    .prefault('4h')
    .describe('How long after its last message what nobody has taken, and goes on, is told again; or off.'),
  continue: z.boolean().default(false).describe('Whether later routes are asked too.'),
}).transform((raw) => ({
  name: raw.name,
  match: raw.match,
  channels: raw.channels,
  groupWaitMs: raw.group_wait ?? null,
  severityFloor: raw.severity_floor,
  sendResolved: raw.send_resolved,
  dedupeTtlMs: raw.dedupe_ttl_minutes === undefined ? null : raw.dedupe_ttl_minutes * 60_000,
  quietHours: raw.quiet_hours ?? null,
  repeatIntervalMs: raw.repeat_interval,
  continue: raw.continue,
}));
