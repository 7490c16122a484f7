import { openLog } from '../base.ts';
import { loadConfig } from '../config/index.ts';
import { AppError } from '../core/errors.ts';
import { type Replay, runReplay } from '../replay.ts';

export type ReplayOptions = { config?: string; days: string; json?: true };

const mostDays = 3650;

/** Runs `tocsin replay`: what the configuration would have made of the alerts of the last days, beside what happened. */
export async function runReplayCommand(options: ReplayOptions): Promise<void> {
  const days = Number(options.days);
  if (!(days > 0 && days <= mostDays))
    throw new AppError(
      'VALIDATION_ERROR',
      `--days: "${options.days}" is not a number above 0, up to ${mostDays}`,
    );
  const config = await loadConfig({ configPath: options.config, areJobsOptional: true });
  const quiet = await openLog({ ...config.log, level: 'fatal' }, process.stderr);
  const replayed = await runReplay(config, days, quiet);
  const text = options.json ? JSON.stringify(replayed, null, 2) : describeReplay(replayed);
  process.stdout.write(`${text}\n`);
}

/** Answers a replay for people: counts side by side, then what would have been. */
export function describeReplay({ since, alerts, happened, would }: Replay): string {
  const channels = [...new Set([...happened.messages, ...would.messages].map(({ channel }) => channel))];
  const rows: [string, number, number][] = [
    ['incidents', happened.incidents.length, would.incidents.length],
    ['messages', happened.messages.length, would.messages.length],
    ...channels
      .sort()
      .map((name): [string, number, number] => [
        `  to ${name}`,
        countTo(happened.messages, name),
        countTo(would.messages, name),
      ]),
  ];
  return [
    `${alerts} ${alerts === 1 ? 'alert' : 'alerts'} since ${since}; nothing was written or sent`,
    '',
    row('', 'happened', 'would have'),
    ...rows.map(([name, before, after]) => row(name, String(before), String(after))),
    ...section('incidents that it would have made', would.incidents, ({ at, severity, title, service }) =>
      [at, severity, service, title].join('  '),
    ),
    ...section('messages that it would have sent', would.messages, ({ at, channel, event, title }) =>
      [at, channel, event, title].join('  '),
    ),
  ].join('\n');
}

function countTo(messages: Replay['would']['messages'], channel: string): number {
  return messages.filter((message) => message.channel === channel).length;
}

function row(name: string, before: string, after: string): string {
  return `${name.padEnd(24)}${before.padStart(10)}${after.padStart(12)}`;
}

function section<Item>(heading: string, items: readonly Item[], say: (item: Item) => string): string[] {
  if (items.length === 0) return [];
  // Escape sequences in what others reported must not reach the terminal.
  return ['', `${heading}:`, ...items.map((item) => `  ${say(item).replaceAll(/\p{Cc}/gu, ' ')}`)];
}
