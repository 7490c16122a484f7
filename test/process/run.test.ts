import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
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
    tasks: [{ name: nap, command: [sh, -c, "echo $$ > pid; sleep 600 & sleep 600"] }]
  rest: { cron: "0 3 * * *", enabled: false, tasks: [{ name: x, command: [x] }] }
`;
const somebody = 'channels: { out: { type: log } }\nroutes: [{ name: all, channels: [out] }]\n';

async function makeJobs(): Promise<string> {
  const folder = await makeFolder(somebody);
  await mkdir(join(folder, 'automation'));
  await writeFile(join(folder, 'automation/jobs.yaml'), jobs);
  return folder;
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

test('a run ends with 1 and a line for each failure, and leaves what it was', {
  timeout: 60_000,
}, async () => {
  const folder = await makeJobs();
  expect(await run(folder, ['run', 'edge', '--follow'])).toEqual({
    code: 1,
    stdout: expect.stringMatching(
      /^edge: run_\w{26}, tasks: 2\ngood \| eu good\nok {3}good \d+m?s\nbad \| no answer\n$/,
    ),
    stderr: expect.stringMatching(/^FAIL edge\/bad: exit code 3, 0\.\d s\n {2}no answer\n$/),
  });
  const [listed, alerts] = await Promise.all([
    run(folder, ['runs', 'list', '--json']),
    run(folder, ['alerts', 'list', '--json']),
  ]);
  expect(JSON.parse(listed.stdout).data).toMatchObject([
    { profile: 'edge', status: 'failed', source: 'manual' },
  ]);
  expect(JSON.parse(alerts.stdout).data).toMatchObject([
    { kind: 'job_failure', fingerprint: 'job:edge:bad', service: 'edge', severity: 'P2' },
  ]);
});

test('what cannot be run is said, and ends with a code of its own', { timeout: 60_000 }, async () => {
  const folder = await makeJobs();
  const ended = await Promise.all(
    [['rest'], ['egde'], ['edge', '--task', 'god'], ['edge', '--config', 'none.yaml']].map((args) =>
      run(folder, ['run', ...args]),
    ),
  );
  expect(ended).toMatchObject([
    { code: 0, stderr: expect.stringContaining('the profile rest is disabled') },
    { code: 2, stderr: expect.stringContaining('there are: edge, slow, rest') },
    { code: 2, stderr: expect.stringContaining('there are: good, bad') },
    { code: 2, stderr: expect.stringContaining('none.yaml') },
  ]);
});

test('a dry run names programs and variables, shows no value, and opens no database', {
  timeout: 60_000,
}, async () => {
  const folder = await makeJobs();
  const { code, stdout } = await run(folder, ['run', 'edge', '--dry-run', '--task', 'good']);
  expect({ code, stdout: stdout.replace(folder, 'HERE') }).toEqual({
    code: 0,
    stdout: [
      'edge, in HERE',
      "  good: sh -c 'echo $REGION $TOCSIN_TASK'",
      '    REGION TOCSIN_RUN_ID TOCSIN_TASK TOCSIN_ARTIFACTS_DIR TOCSIN_URL TOCSIN_TOKEN',
      '',
    ].join('\n'),
  });
  await expect(readFile(join(folder, 'data/tocsin.db'))).rejects.toThrow('ENOENT');
});

test('beside a run another names its holder and ends with 75; a signal ends it with all its processes', {
  timeout: 60_000,
}, async () => {
  const folder = await makeJobs();
  const first = launch(folder, ['run', 'slow']);
  await vi.waitFor(async () => expect(await livesOn(folder)).toBe(true), 20_000);
  expect(await run(folder, ['run', 'slow'])).toMatchObject({
    code: 75,
    stderr: expect.stringMatching(/skipped slow: already running: run_\w{26} on [^ ]+:\d+ since /),
  });
  first.kill('SIGINT');
  expect(await once(first, 'exit')).toEqual([1, null]);
  // What has ended is there until the system has fetched its exit code.
  await vi.waitFor(async () => expect(await livesOn(folder)).toBe(false), 5000);
});

test('a run goes on to its end though nobody reads what it prints any more', {
  timeout: 60_000,
}, async () => {
  const folder = await makeFolder(somebody);
  await mkdir(join(folder, 'automation'));
  const script = 'echo one; read -r line < go; echo two; echo three; echo done > ended';
  const task = JSON.stringify({ name: 't', command: ['bash', '-c', script] });
  await writeFile(
    join(folder, 'automation/jobs.yaml'),
    `profiles: { edge: { cron: "@daily", tasks: [${task}] } }`,
  );
  await run(folder, ['list']);
  const going = join(folder, 'go');
  execFileSync('mkfifo', [going]);
  const child = launch(folder, ['run', 'edge', '--follow']);
  for await (const chunk of child.stdout ?? []) if (String(chunk).includes('t | one')) break;
  const closed = once(child, 'close');
  await writeFile(going, 'on\n');
  expect((await closed)[0]).toBe(0);
  expect(await readFile(join(folder, 'ended'), 'utf8')).toBe('done\n');
});
