/** Hides secrets: in free text, and in fields whose name says that they hold one. */
export type Redaction = {
  text(text: string): string;
  isSecretName(name: string): boolean;
};

const maxDepth = 5;

/** Answers the fields of a log line without secrets; errors become plain objects with their causes. */
export function redactFields(fields: object, redaction: Redaction): Record<string, unknown> {
  return redactEntries(fields, redaction, 0);
}

function redactEntries(fields: object, redaction: Redaction, depth: number): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      redaction.isSecretName(name) && typeof value === 'string'
        ? '[redacted]'
        : redactValue(value, redaction, depth),
    ]),
  );
}

function redactValue(value: unknown, redaction: Redaction, depth: number): unknown {
  if (typeof value === 'string') return redaction.text(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= maxDepth) return '[deeper]';
  if (value instanceof Error) return describeThrown(value, redaction, depth);
  if (Array.isArray(value)) return value.map((item) => redactValue(item, redaction, depth + 1));
  return redactEntries(value, redaction, depth + 1);
}

function describeThrown(error: Error, redaction: Redaction, depth: number): Record<string, unknown> {
  const { name, message, stack, cause } = error;
  const described: Record<string, unknown> = { type: name, message: redaction.text(message) };
  if ('code' in error) described.code = error.code;
  if (stack !== undefined) described.stack = redaction.text(stack);
  if (cause !== undefined) described.cause = redactValue(cause, redaction, depth + 1);
  return described;
}
