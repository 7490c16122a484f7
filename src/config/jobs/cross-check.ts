import {
  createZones,
  describeCronProblem,
  isCronProblem,
  readCron,
  type Zones,
} from '../../core/cron/index.ts';
import { knownKinds } from '../cross-check.ts';
import { describeFound } from '../found.ts';
import type { Problem } from '../problem.ts';
import { duplicates, listAt, mapAt, namesIn, unknownName, unknownNames } from '../raw-names.ts';
import { valueAt } from '../validate.ts';
import type { YamlFile } from '../yaml-file.ts';
import { formatPath, type Path } from '../yaml-place.ts';
import { chooseRunner, type Runners } from './runners.ts';
import type { FoundScript } from './scripts.ts';

export type JobsContext = {
  /** Null where it could not be read. */
  tocsin: YamlFile | null;
  runners: Runners;
  scripts: ReadonlyMap<string, FoundScript>;
  repoDir: string;
};

type Fault = { found?: string; expected: string; message?: string };

/** Answers what schemas can't see in jobs.yaml: times that never come, scripts that nobody runs, names of nothing. It reads raw values, so that it finds them beside other problems. */
export function crossCheckJobs(file: YamlFile, context: JobsContext): Problem[] {
  const zones = createZones();
  return Object.keys(mapAt(file, ['profiles'])).flatMap((name) => {
    const profile: Path = ['profiles', name];
    const tasks = [...profile, 'tasks'];
    return [
      ...checkTimes(file, profile, zones),
      ...duplicates(file, namesIn(file, tasks, 'name'), 'task'),
      ...checkName(file, [...profile, 'route'], context, 'route'),
      ...checkTriggers(file, name, context),
      ...[...listAt(file, tasks).keys()].flatMap((index) => checkTask(file, [...tasks, index], context)),
    ];
  });
}

/** Answers the names of all scripts of the file. */
export function listScripts(file: YamlFile): string[] {
  return Object.keys(mapAt(file, ['profiles'])).flatMap((name) =>
    namesIn(file, ['profiles', name, 'tasks'], 'script').map((script) => script.name),
  );
}

function checkTimes(file: YamlFile, profile: Path, zones: Zones): Problem[] {
  const [cron, timezone = 'UTC'] = ['cron', 'timezone'].map((key) => valueAt(file.value, [...profile, key]));
  if (typeof timezone !== 'string') return [];
  if (!zones.find(timezone))
    return [fault(file, [...profile, 'timezone'], { expected: 'the name of a time zone, as Europe/Riga' })];
  if (typeof cron !== 'string' || cron === '') return [];
  const times = readCron(cron, timezone, zones);
  if (!isCronProblem(times)) return [];
  const expected = `a cron expression; ${describeCronProblem(times)}`;
  return [fault(file, [...profile, 'cron'], { expected })];
}

function checkTask(file: YamlFile, task: Path, context: JobsContext): Problem[] {
  const [script, command] = ['script', 'command'].map((key) => valueAt(file.value, [...task, key]));
  const problems = checkName(file, [...task, 'component'], context, 'component');
  if (script === undefined && command === undefined)
    problems.push(fault(file, task, { found: 'neither script nor command', expected: 'one of them' }));
  if (script !== undefined && command !== undefined)
    problems.push(
      fault(file, [...task, 'command'], { found: 'script and command', expected: 'one of them' }),
    );
  if (typeof script === 'string' && script !== '') problems.push(...checkScript(file, task, script, context));
  return problems;
}

function checkScript(file: YamlFile, task: Path, script: string, context: JobsContext): Problem[] {
  const path = [...task, 'script'];
  if (context.scripts.get(script)?.path === null)
    return [
      fault(file, path, {
        expected: `a file in the checkout ${context.repoDir}`,
        message: 'name a script below it, or use command',
      }),
    ];
  if (chooseRunner(script, context.runners) !== null) return [];
  const known = Object.keys(context.runners).join(', ');
  return [
    fault(file, path, {
      expected: `a script with one of the suffixes ${known}, or with none`,
      message: 'say under runners: what runs this suffix',
    }),
  ];
}

function checkTriggers(file: YamlFile, name: string, { tocsin }: JobsContext): Problem[] {
  if (tocsin === null) return [];
  const on = ['profiles', name, 'on'];
  const webhook = valueAt(file.value, [...on, 'webhook']);
  const wanted = webhook === true ? name : webhook;
  const webhooks = Object.keys(mapAt(tocsin, ['webhooks']));
  const kinds = unknownNames(file, [...on, 'alert', 'match', 'kind'], knownKinds(tocsin), 'alert kind');
  if (typeof wanted !== 'string') return kinds;
  return [...unknownName(file, [...on, 'webhook'], wanted, webhooks, 'webhook'), ...kinds];
}

function checkName(file: YamlFile, path: Path, { tocsin }: JobsContext, noun: 'route' | 'component') {
  const name = valueAt(file.value, path);
  if (typeof name !== 'string' || tocsin === null) return [];
  const known =
    noun === 'route' ? namesIn(tocsin, ['routes'], 'name') : namesIn(tocsin, ['components'], 'id');
  const names = known.map((one) => one.name);
  return unknownName(file, path, name, names, noun);
}

function fault(file: YamlFile, path: Path, { found, expected, message = '' }: Fault): Problem {
  const value = describeFound(valueAt(file.value, path), path);
  const { line } = file.locate(path);
  return { file: file.name, line, key: formatPath(path), found: found ?? value, expected, message };
}
