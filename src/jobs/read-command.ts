import { metricNamePattern } from '../core/metric-rules.ts';

/** What a line of a task's output asks for. */
export type TaskCommand =
  /** A report, as `POST /v1/alerts` takes it; nothing in it was looked at yet. */
  | { kind: 'alert'; body: Record<string, unknown> }
  /** A number of any size; whether the name is known was not looked at yet. */
  | { kind: 'metric'; name: string; value: number }
  | { kind: 'problem'; problem: string };

const form = /^::tocsin +(\S+) *(.*)$/s;
const known = 'known are alert {json} and metric name=value';
const decimal = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;

/** Answers what a line that begins with `::tocsin ` asks for, its texts redacted. Never throws, whatever the line. */
export function readCommand(line: string, redact: (text: string) => string): TaskCommand {
  const [, name, rest = ''] = form.exec(line) ?? [];
  if (name === undefined) return { kind: 'problem', problem: `no command follows; ${known}` };
  if (name === 'alert') return readAlert(rest, redact);
  if (name === 'metric') return readMetric(rest.trim(), redact);
  return { kind: 'problem', problem: `"${redact(name.slice(0, 100))}" is no command; ${known}` };
}

function readMetric(rest: string, redact: (text: string) => string): TaskCommand {
  const at = rest.indexOf('=');
  const [name, value] = [rest.slice(0, at), rest.slice(at + 1)];
  if (at !== -1 && metricNamePattern.test(name) && decimal.test(value))
    return { kind: 'metric', name, value: Number(value) };
  const shown = JSON.stringify(redact(rest.slice(0, 100)));
  return { kind: 'problem', problem: `metric is followed by ${shown}, and not by name=number` };
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
