import { readStored } from '../notify/index.ts';
import type { NotificationRow } from '../store/index.ts';
import { readableTime } from './announce-alert.ts';

/** A message as it stands in the outbox. */
export type WrittenMessage = Pick<
  NotificationRow,
  | 'channel'
  | 'event'
  | 'status'
  | 'attempts'
  | 'error'
  | 'created_at'
  | 'next_attempt_at'
  | 'sent_at'
  | 'payload'
>;

/** What of that which was written has reached somebody, in sentences without their ends. */
export type Delivery = {
  /** The channels that heard, each with the time of its first message; empty: none did. Null: no message is known, so that the trail alone speaks. */
  reached: readonly string[] | null;
  /** What has not arrived, the newest message of each channel. */
  open: readonly string[];
};

const mostLines = 20;

/** Answers whether messages arrived, oldest first; what was never to be sent counts as none. */
export function judgeDelivery(messages: readonly WrittenMessage[]): Delivery {
  const meant = messages.filter(({ status }) => status !== 'superseded' && !status.startsWith('skipped_'));
  if (meant.length === 0) return { reached: null, open: [] };
  const newest = new Map(meant.map((message) => [message.channel, message]));
  const first = new Map(
    meant.toReversed().flatMap(({ channel, sent_at: at }) => (at === null ? [] : [[channel, at] as const])),
  );
  return {
    reached: [...first].map(([channel, at]) => `${channel} at ${readableTime(at)}`).toReversed(),
    open: [...newest.values()].flatMap((message) => {
      const state = sayOpen(message);
      return state === null ? [] : [`the message to ${message.channel} ${state}`];
    }),
  };
}

function sayOpen(message: WrittenMessage): string | null {
  const { status, attempts, error, next_attempt_at: next } = message;
  const tried = attempts === 1 ? 'tried once' : `tried ${attempts} times`;
  switch (status) {
    case 'pending':
      return attempts === 0
        ? `waits until ${readableTime(next)}${isHeldByHours(message) ? ', when the quiet hours end' : ''}`
        : `does not get through (${error ?? 'no reason is known'}), ${tried}, again at ${readableTime(next)}`;
    case 'sending':
      return 'is being sent';
    case 'failed':
    case 'dead':
      return `was given up (${error ?? 'no reason is known'}), ${tried}: see tocsin notify retry`;
    case 'delivered':
    case 'superseded':
    case 'skipped_dry_run':
    case 'skipped_unconfigured':
      return null;
  }
}

/** What was hastened since goes out before. */
function isHeldByHours(message: WrittenMessage): boolean {
  const { isQuiet, dueAt } = readStored(message);
  return isQuiet === true && dueAt === message.next_attempt_at;
}

/** Answers a line for each message, the newest of many; none where there is none. */
export function sayMessages(messages: readonly WrittenMessage[]): string[] {
  if (messages.length === 0) return [];
  const earlier = messages.length - mostLines;
  return [
    'messages:',
    ...(earlier > 0 ? [`  ${earlier} earlier ones: see tocsin notify list`] : []),
    ...messages.slice(-mostLines).map(sayMessage),
  ];
}

function sayMessage(message: WrittenMessage): string {
  const { channel, event, status, created_at: at, sent_at: sentAt } = message;
  const end = status === 'delivered' && sentAt !== null ? `delivered ${readableTime(sentAt)}` : null;
  const state = end ?? sayOpen(message) ?? status.replaceAll('_', ' ');
  return `  ${readableTime(at)}  ${event} to ${channel}: ${state}.`;
}
