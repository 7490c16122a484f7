import { type DestinationStream, pino } from 'pino';
import type { Log } from '../core/log.ts';
import { type Redaction, redactFields } from './redact-fields.ts';

export type LogOptions = {
  /** pino's name of a level. */
  level: string;
  /** Lines for people instead of JSON. */
  pretty: boolean;
  redaction: Redaction;
  /** Standard output where absent. */
  stream?: DestinationStream;
};

/**
 * Answers the log of the process: JSON lines with `level` as a word, `time` in ISO, `msg`; pretty lines on a terminal.
 * Writes are synchronous, so that nothing is lost at a crash. Secrets in fields, messages and errors are hidden.
 */
export async function createLog(options: LogOptions): Promise<Log> {
  const { redaction } = options;
  const stream = await createStream(options);
  // Named by our own type: pino's has an index signature, which would make it look like a promise.
  const log: Log = pino(
    {
      level: options.level,
      base: null,
      // `redactFields` has made plain objects of errors already.
      serializers: { err: (error: unknown) => error },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: {
        level: (level) => ({ level }),
        log: (fields) => redactFields(fields, redaction),
      },
      hooks: {
        logMethod(args, method) {
          const [fields, message] = args as unknown as [object, string];
          method.call(this, fields, redaction.text(message));
        },
      },
    },
    stream,
  );
  return log;
}

async function createStream(options: LogOptions): Promise<DestinationStream> {
  const out = options.stream ?? pino.destination({ fd: 1, sync: true });
  if (!options.pretty) return out;
  // Loaded only where people read: it would cost every other start 20 ms.
  const { prettyFactory } = await import('pino-pretty');
  const format = prettyFactory({
    colorize: options.stream === undefined && process.stdout.isTTY === true,
    translateTime: "UTC:HH:MM:ss'Z'",
    ignore: 'tag,text,idempotency_key',
    // A word such as null is no error to be drawn as one.
    errorLikeObjectKeys: ['err'],
    singleLine: true,
    messageFormat: (fields, key) => layOut(String(fields[key]), fields.text),
  });
  return { write: (line) => void out.write(format(line)) };
}

/** A message to people is read as they would get it, line by line. */
function layOut(headline: string, text: unknown): string {
  if (typeof text !== 'string') return headline;
  return [headline, ...text.split('\n').map((line) => `    ${line}`)].join('\n');
}
