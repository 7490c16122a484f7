import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/*
 * Profiles that do what jobs do at their worst. Each task writes into one journal what it does and when, so that what
 * really ran can be compared with what the database says of it.
 */

/** Of one attempt of the task that hangs; it ignores SIGTERM. */
export const hungTimeoutMs = 2000;
export const longMs = 15_000;
const crashSeconds = 600;

/** Writes a line `task what ms pid` with the process that runs this. */
function note(journal: string, task: string, what: string): string {
  return `echo "${task} ${what} $(date +%s%3N) $$" >> ${journal}`;
}

/** Goes on though it is told to end, for ten minutes: what should have been killed before, the audit finds. */
const outstayIgnoringTerm = `trap "" TERM; i=0; while [ $i -lt 3000 ]; do i=$((i + 1)); sleep 0.2; done`;

function makeScripts(journal: string): Record<string, string> {
  const during = (task: string, seconds: number) =>
    `${note(journal, task, 'begin')}; sleep ${seconds}; ${note(journal, task, 'end')}`;
  const withChild = (task: string) =>
    `setsid sh -c '${note(journal, task, 'child')}; ${outstayIgnoringTerm}' & ${note(journal, task, 'begin')}`;
  return {
    second: during('second', 1.2),
    long: during('long', longMs / 1000),
    hung: `trap "" TERM; ${withChild('hung')}; ${outstayIgnoringTerm}`,
    crash: `${withChild('crash')}; sleep ${crashSeconds}`,
    fresh: during('fresh', 0.1),
  };
}

/** Writes jobs.yaml into the checkout, whole or not at all as an editor does; `fresh` is a profile that comes later. */
export function writeProfiles(checkout: string, journal: string, withFresh: boolean): void {
  const scripts = makeScripts(journal);
  const profile = (name: string, cron: string, task: object = {}) => [
    name,
    {
      cron,
      tasks: [{ name, command: ['sh', '-c', scripts[name]], timeout: '20m', ...task }],
      timeout: '30m',
    },
  ];
  const entries = [
    profile('second', '* * * * * *'),
    profile('long', '* * * * * */20'),
    profile('hung', '* * * * * */20', { timeout: `${hungTimeoutMs}ms` }),
    profile('crash', '* * * * * */20'),
    ...(withFresh ? [profile('fresh', '* * * * * *')] : []),
  ];
  mkdirSync(join(checkout, 'automation'), { recursive: true });
  writeFileSync(
    join(checkout, 'automation', 'jobs.yaml'),
    JSON.stringify({ profiles: Object.fromEntries(entries) }),
  );
}
