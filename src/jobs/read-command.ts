/** What a line of a task's output asks for. */
export type TaskCommand =
  /** A report, as `POST /v1/alerts` takes it; nothing in it was looked at yet. */
  { kind: 'alert'; body: Record<string, unknown> } | { kind: 'problem'; problem: string };

const form = /^::tocsin +(\S+) *(.*)$/s;

/** Answers what a line that begins with `::tocsin ` asks for, its texts redacted. Never throws, whatever the line. */
export function readCommand(line: string, redact: (text: string) => string): TaskCommand {
  const [, name, rest = ''] = form.exec(line) ?? [];
  if (name === undefined) return { kind: 'problem', problem: 'no command follows; known is alert {json}' };
  if (name === 'alert') return readAlert(rest, redact);
  return { kind: 'problem', problem: `"${redact(name.slice(0, 100))}" is no command; known is alert {json}` };
}

function readAlert(json: string, redact: (text: string) => string): TaskCommand {
  if (json.trim() === '') return { kind: 'problem', problem: 'alert is followed by no JSON' };
  const body = parse(json, redact);
  if (body === undefined)
    return { kind: 'problem', problem: 'what follows alert is no JSON, or was cut because it is too long' };
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    return { kind: 'problem', problem: 'what follows alert is no JSON object' };
  return { kind: 'alert', body: { ...body } };
}

/** Undefined where it is no JSON, or nested deeper than the stack. */
function parse(json: string, redact: (text: string) => string): unknown {
  try {
    return JSON.parse(json, (_, value: unknown) => (typeof value === 'string' ? redact(value) : value));
  } catch {
    return undefined;
  }
}
