import { isIPv6 } from 'node:net';
import type { Event, Exception, StackParser } from '@sentry/core';
import type { LogFields } from '../core/log.ts';
import { type Redaction, redactFields } from './redact-fields.ts';

/** What of a line's fields goes along: none of them says what somebody sent. */
const tagNames = { tag: 'tag', requestId: 'request_id', run_id: 'run_id', alert_ref: 'alert_ref' } as const;

/** Deeper causes say little, and an event that is too large is refused whole. */
const causesAtMost = 5;
const textLetters = 2000;

/** Answers the event of a line that carries an error, without secrets and addresses; of its other fields those of `tagNames` alone. */
export function makeErrorEvent(
  fields: LogFields,
  message: string,
  { redaction, parseStack }: { redaction: Redaction; parseStack: StackParser },
): Event {
  const hide = (text: string) => hideAddresses(redaction.text(text)).slice(0, textLetters);
  const { err, ...shown } = redactFields(fields, { ...redaction, text: hide });
  const tags = Object.entries(tagNames).flatMap(([name, tag]) =>
    typeof shown[name] === 'string' ? [[tag, shown[name]]] : [],
  );
  return {
    level: 'error',
    logger: fields.tag,
    message: hide(message),
    tags: Object.fromEntries(tags),
    exception: { values: listExceptions(err, parseStack) },
  };
}

/** Sentry has the first cause first. */
function listExceptions(described: unknown, parseStack: StackParser): Exception[] {
  const values: Exception[] = [];
  for (let one = described; values.length < causesAtMost && one !== undefined; ) {
    const { type, message, stack, cause } = (isObject(one) ? one : { message: String(one) }) as Described;
    const frames = stack === undefined ? [] : parseStack(stack);
    values.unshift({
      type: type ?? 'Thrown',
      value: message ?? '',
      ...(frames.length > 0 && { stacktrace: { frames } }),
    });
    one = cause;
  }
  return values;
}

/** As `redactFields` makes them of errors. */
type Described = { type?: string; message?: string; stack?: string; cause?: unknown };

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** Answers the text without addresses of IP, with or without a port. */
function hideAddresses(text: string): string {
  return text
    .replace(/\b\d{1,3}(\.\d{1,3}){3}\b/g, '[ip]')
    .replace(/(?<![\w:.])[0-9a-f:]{3,45}(?!\w)/gi, (word) => (isIPv6(word) ? '[ip]' : word));
}
