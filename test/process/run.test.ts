import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, type TestContext, test, vi } from 'vitest';
import { openStore } from '../../src/store/index.ts';
import { writeMigratedFile } from '../services/migrated.ts';
import { quietLog } from '../stores.ts';
import { launch, makeFolder, run } from './command-line.ts';

const jobs = `profiles:
  edge:
    cron: "0 3 * * *"
    env: { REGION: eu }
    tasks:
      - { name: good, command: [sh, -c, "echo $REGION $TOCSIN_TASK"] }
      - { name: bad, command: [sh, -c, "echo no answer >&2; exit 3"] }
  slow:
    cron: "0 3 * * *"
    tasks:
      - { name: talk, command: [bash, -c, "echo one; read -r line < go; echo two; echo three; echo done > ended"] }
      - { name: nap, command: [sh, -c, "echo $$ > pid; sleep 600 & sleep 600"] }
  rest: { cron: "0 3 * * *", enabled: false, tasks: [{ name: x, command: [x] }] }
`;
const somebody = 'channels: { out: { type: log } }\nroutes: [{ name: all, channels: [out] }]\n';

const databaseOf = (folder: string) => join(folder, 'data/tocsin.db');

/** A folder with these jobs, and ways to run commands in it that end with the test. */
async function open({ onTestFinished }: TestContext, { isNew = false } = {}) {
  const folder = await makeFolder(somebody, onTestFinished);
  await mkdir(join(folder, 'automation'));
  await writeFile(join(folder, 'automation/jobs.yaml'), jobs);
  if (!isNew) {
    await mkdir(join(folder, 'data'));
    await writeMigratedFile(databaseOf(folder), quietLog);
  }
  return {
    folder,
    run: (...args: string[]) => run(folder, args, {}, onTestFinished),
    launch: (...args: string[]) => launch(folder, args, {}, onTestFinished),
  };
}

/** Whether a process of the group of the task lives. */
async function livesOn(folder: string): Promise<boolean> {
  const leader = Number(await readFile(join(folder, 'pid'), 'utf8'));
  try {
    process.kill(-leader, 0);
    return true;
  } catch {
    return false;
  }
}

// Side by side: most of the time they wait for processes.
describe.concurrent('tocsin run', { timeout: 60_000 }, () => {
  test('ends with 1 and a line for each failure, and leaves what it was', async (context) => {
    const { folder, run } = await open(context);
    context.expect(await run('run', 'edge', '--follow')).toEqual({
      code: 1,
      stdout: expect.stringMatching(
        /^edge: run_\w{26}, tasks: 2\ngood \| eu good\nok {3}good \d+m?s\nbad \| no answer\n$/,
      ),
      stderr: expect.stringMatching(/^FAIL edge\/bad: exit code 3, \d\.\d s\n {2}no answer\n$/),
    });
    const { db, close } = await openStore({ backend: 'sqlite', path: databaseOf(folder) }, quietLog);
    const runs = await db.selectFrom('run').selectAll().where('kind', '=', 'profile').execute();
    const alerts = await db.selectFrom('alert').selectAll().execute();
    await close();
    context.expect(runs).toMatchObject([{ profile: 'edge', status: 'failed', source: 'manual' }]);
    context
      .expect(alerts)
      .toMatchObject([{ kind: 'job_failure', fingerprint: 'job:edge:bad', service: 'edge', severity: 'P2' }]);
  });

  test.for([
    [['rest'], 0, 'the profile rest is disabled'],
    [['egde'], 2, 'there are: edge, slow, rest'],
  ] as const)('of %j says why not, and ends with %d', async ([args, code, stderr], context) => {
    const { run } = await open(context);
    context
      .expect(await run('run', ...args))
      .toMatchObject({ code, stderr: expect.stringContaining(stderr) });
  });

  test('as a dry run names programs and variables, shows no value, and opens no database', async (context) => {
    const { folder, run } = await open(context, { isNew: true });
    const { code, stdout } = await run('run', 'edge', '--dry-run', '--task', 'good');
    context.expect({ code, stdout: stdout.replace(folder, 'HERE') }).toEqual({
      code: 0,
      stdout: [
        'edge, in HERE',
        "  good: sh -c 'echo $REGION $TOCSIN_TASK'",
        '    REGION METRICS_API_URL TOCSIN_RUN_ID TOCSIN_TASK TOCSIN_ARTIFACTS_DIR TOCSIN_PAYLOAD_PATH TOCSIN_URL TOCSIN_TOKEN',
        '',
      ].join('\n'),
    });
    await context.expect(readFile(databaseOf(folder))).rejects.toThrow('ENOENT');
  });

  test('goes on though nobody reads what it prints any more; another beside it names its holder and ends with 75; a signal ends it with all its processes', async (context) => {
    const { folder, run, launch } = await open(context);
    const going = join(folder, 'go');
    execFileSync('mkfifo', [going]);
    const first = launch('run', 'slow', '--follow');
    for await (const chunk of first.stdout ?? []) if (String(chunk).includes('talk | one')) break;
    await writeFile(going, 'on\n');
    await vi.waitFor(async () => context.expect(await livesOn(folder)).toBe(true), 20_000);
    context.expect(await readFile(join(folder, 'ended'), 'utf8')).toBe('done\n');
    context.expect(await run('run', 'slow')).toMatchObject({
      code: 75,
      stderr: expect.stringMatching(/skipped slow: already running: run_\w{26} on [^ ]+:\d+ since /),
    });
    first.kill('SIGINT');
    context.expect(await once(first, 'exit')).toEqual([1, null]);
    // What has ended is there until the system has fetched its exit code.
    await vi.waitFor(async () => context.expect(await livesOn(folder)).toBe(false), 5000);
  });
});
