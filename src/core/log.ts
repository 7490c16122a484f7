/** What the code may say to the log; pino's own calling order: fields first, then the message. */
export type Log = {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
};

/** `tag` names the part that speaks (`db`, `alert`, `http`, …); `err` carries the error. */
export type LogFields = { tag: string; err?: unknown } & Record<string, unknown>;
