import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createTestClock } from '../../test/clock.ts';
import { type Clock, createSystemClock } from '../core/clock.ts';
import { createIds } from '../core/ids.ts';
import { createTaskRunner, type TaskOutcome, type TaskRunner, type TaskSpec } from './index.ts';

const silentLog = { debug() {}, info() {}, warn() {}, error() {} };

function createRunner(clock: Clock): TaskRunner {
  return createTaskRunner({ clock, ids: createIds(createSystemClock()), log: silentLog });
}

const runner = createRunner(createSystemClock());
afterAll(() => runner.stop());

const never = new AbortController().signal;
const environment = { PATH: process.env.PATH ?? '', MARKER: 'from the task' };

/** A shell script as a task; `seen` resolves when it has printed the line. */
function task(script: string, changes: Partial<TaskSpec> = {}) {
  const lines: string[] = [];
  const spec: TaskSpec = {
    argv: ['sh', '-c', script],
    cwd: tmpdir(),
    env: environment,
    timeoutMs: 60_000,
    retries: 0,
    retryDelayMs: 5000,
    logs: null,
    redact: (text) => text.replaceAll('s3cret', '[redacted]'),
    onLine: (stream, line) => void lines.push(`${stream} ${line}`),
    onCommand: () => undefined,
    ...changes,
  };
  const seen = (text: string) => vi.waitFor(() => expect(lines.join('\n')).toContain(text), { interval: 5 });
  return { spec, lines, seen };
}

function run(script: string, changes: Partial<TaskSpec> = {}): Promise<TaskOutcome> {
  return runner.run(task(script, changes).spec, never);
}

/** The process ids that the task has printed as `name=123`. */
function pidsIn(lines: readonly string[]): number[] {
  return lines.flatMap((line) => [...line.matchAll(/\w+=(\d+)/g)].map(([, pid]) => Number(pid)));
}

/** Who has ended but was not waited for by its parent counts as gone. */
async function isAlive(pid: number): Promise<boolean> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  return text !== null && !/\) [ZX] /.test(text);
}

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tocsin-task-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

describe('a task', () => {
  it.each([
    ['exit 0', { status: 'succeeded', exitCode: 0, signal: null, error: null, attempts: 1, tail: '' }],
    ['echo out; exit 3', { status: 'failed', exitCode: 3, tail: 'out' }],
    ['echo out; echo err >&2; exit 1', { tail: 'err' }],
    ['echo err > /dev/stderr', { status: 'succeeded', tail: 'err' }],
    ['kill -9 $$', { status: 'failed', exitCode: null, signal: 'SIGKILL', error: null }],
    ['printf "1\\n2\\n\\n3\\n  \\n4\\n5"', { tail: '2\n3\n4\n5' }],
    ['printf "%0600d" 7', { tail: `${'0'.repeat(499)}7` }],
    ['echo "$MARKER $HOME"', { tail: 'from the task' }],
    ['echo s3cret', { tail: '[redacted]' }],
    ['printf "\\033[31mred\\033[0m\\n"', { tail: 'red' }],
    ['cat; echo read', { tail: 'read' }],
    ['sleep 0.1 && echo late & echo now', { status: 'succeeded', tail: 'now\nlate', stragglers: [] }],
  ])('that is `%s` ends as %o', async (script, outcome) => {
    expect(await run(script)).toMatchObject(outcome);
  });

  it.each<[string, Partial<TaskSpec>, RegExp]>([
    [
      'a program that is not there',
      { argv: ['no-such-program'] },
      /^spawn failed: there is no program no-such-program in PATH \(.+\): install it/,
    ],
    [
      'a file that is not there',
      { argv: ['./no/file'] },
      /^spawn failed: there is no file .+\/no\/file: correct the name/,
    ],
    [
      'a file that is no program',
      { argv: ['/etc/passwd'] },
      /^spawn failed: \/etc\/passwd may not be run \(EACCES\): make it executable with chmod \+x/,
    ],
    ['a folder', { argv: ['/etc'] }, /^spawn failed: \/etc is a folder/],
    [
      'a working directory that is not there',
      { cwd: '/nowhere' },
      /^spawn failed: there is no folder \/nowhere to run sh in/,
    ],
    ['arguments that no program can be given', { argv: ['echo', 'a\0b'] }, /^spawn failed: .*null bytes/],
    [
      'arguments beyond the limit',
      { argv: ['echo', 'x'.repeat(4e6)] },
      /^spawn failed: the arguments and the environment of echo are larger/,
    ],
  ])('says in words that it was given %s', async (_, changes, error) => {
    const outcome = await run('', changes);
    expect(outcome).toMatchObject({ status: 'failed', exitCode: null, signal: null });
    expect(outcome.error).toMatch(error);
  });

  it('says which interpreter a script names that is not there', async () => {
    const script = join(await makeFolder(), 'check');
    await writeFile(script, '#!/opt/nowhere/python9\n', { mode: 0o755 });
    expect((await run('', { argv: [script] })).error).toMatch(
      /the first line of .+check names \/opt\/nowhere\/python9/,
    );
  });

  it('is told apart from what is wrong with its log', async () => {
    const logs = { stdoutPath: '/nowhere/stdout.log', stderrPath: '/nowhere/stderr.log' };
    const outcome = await run('echo fine', { logs });
    expect(outcome).toMatchObject({ status: 'succeeded', tail: 'fine' });
    expect(outcome.logProblem).toMatch(/^ENOENT/);
  });

  it('writes logs that only we may read', async () => {
    const folder = await makeFolder();
    const logs = { stdoutPath: join(folder, 'stdout.log'), stderrPath: join(folder, 'stderr.log') };
    await run('echo one; echo two >&2; echo s3cret', { logs });
    expect(await readFile(logs.stdoutPath, 'utf8')).toBe('one\n[redacted]\n');
    expect(await readFile(logs.stderrPath, 'utf8')).toBe('two\n');
    expect((await stat(logs.stdoutPath)).mode & 0o777).toBe(0o600);
  });

  it('gives its ::tocsin lines as they are, from both outputs', async () => {
    const commands: string[] = [];
    await run('echo "::tocsin metric a=1"; echo "::tocsin alert s3cret" >&2; echo " ::tocsin no"', {
      onCommand: (line) => void commands.push(line),
    });
    expect(commands.toSorted()).toEqual(['::tocsin alert s3cret', '::tocsin metric a=1']);
  });

  it('that floods its output neither ends the memory nor holds up another task', async () => {
    const flood = run('head -c 60000000 /dev/zero');
    let isOver = false;
    void flood.then(() => {
      isOver = true;
    });
    expect(await run('echo quick')).toMatchObject({ tail: 'quick' });
    expect(isOver).toBe(false);
    expect(await flood).toMatchObject({ status: 'succeeded', droppedBytes: expect.any(Number) });
    expect((await flood).droppedBytes).toBeGreaterThan(45_000_000);
  });
});

describe('retries', () => {
  it('end with the first success, count the attempts and wait between them', async () => {
    const folder = await makeFolder();
    const clock = createTestClock();
    const patient = createRunner(clock);
    onTestFinished(() => patient.stop());
    const { spec, seen, lines } = task(
      `echo try; test -e ${folder}/done || { touch ${folder}/done; exit 1; }`,
      {
        retries: 5,
        logs: { stdoutPath: join(folder, 'stdout.log'), stderrPath: join(folder, 'stderr.log') },
      },
    );
    const outcome = patient.run(spec, never);
    await seen('try');
    await vi.waitFor(async () => {
      await clock.advance(5000);
      expect(lines).toHaveLength(2);
    });
    expect(await outcome).toMatchObject({ status: 'succeeded', exitCode: 0, attempts: 2, tail: 'try' });
    expect(await readFile(join(folder, 'stdout.log'), 'utf8')).toBe('try\n[tocsin: attempt 2 of 6]\ntry\n');
  });

  it('are as many as asked for, and the tail is that of the last', async () => {
    const folder = await makeFolder();
    const script = `echo x >> ${folder}/n; test $(wc -l < ${folder}/n) = 1 && echo first >&2; echo last; exit 4`;
    expect(await run(script, { retries: 1, retryDelayMs: 1 })).toMatchObject({
      status: 'failed',
      attempts: 2,
      tail: 'last',
    });
  });

  it('are given up when cancelled', async () => {
    const cancel = new AbortController();
    const { spec, seen } = task('echo try; exit 1', { retries: 9 });
    const outcome = runner.run(spec, cancel.signal);
    await seen('try');
    cancel.abort();
    expect(await outcome).toMatchObject({ status: 'cancelled', attempts: 1 });
  });
});

describe('what a task started', () => {
  /** Prints its process id, and goes on whatever SIGTERM says. */
  const stubborn = (name: string) => `sh -c 'trap "" TERM; echo ${name}=$$; while :; do sleep 0.05; done'`;

  it('gets SIGTERM at the timeout, and is ended with it where it obeys', async () => {
    const clock = createTestClock();
    const timed = createRunner(clock);
    onTestFinished(() => timed.stop());
    const { spec, seen, lines } = task(
      'trap "echo bye; exit 9" TERM; echo ready; while :; do sleep 0.02; done',
      {
        timeoutMs: 30_000,
      },
    );
    const outcome = timed.run(spec, never);
    await seen('ready');
    await clock.advance(30_000);
    expect(await outcome).toMatchObject({
      status: 'timed_out',
      exitCode: 9,
      durationMs: 30_000,
      stragglers: [],
    });
    expect(lines).toContain('stdout bye');
  });

  it('is killed 10 seconds after the timeout, in its group or not, however it hides', async () => {
    const clock = createTestClock();
    const timed = createRunner(clock);
    onTestFinished(() => timed.stop());
    const hidden = `env -i PATH="$PATH" setsid ${stubborn('bare')}`;
    const script = `trap 'echo told' TERM; ${stubborn('grouped')} & setsid ${stubborn('away')} & ${hidden} & echo own=$$; while :; do sleep 0.02; done`;
    const { spec, seen, lines } = task(script, { timeoutMs: 30_000 });
    const outcome = timed.run(spec, never);
    for (const name of ['grouped=', 'away=', 'bare=', 'own=']) await seen(name);
    const pids = pidsIn(lines);
    await clock.advance(30_000);
    await seen('told');
    await clock.advance(9_999);
    for (const pid of pids) expect(await isAlive(pid)).toBe(true);
    await clock.advance(1);
    const { status, signal, stragglers } = await outcome;
    expect({ status, signal }).toEqual({ status: 'timed_out', signal: 'SIGKILL' });
    for (const pid of pids) expect(await isAlive(pid)).toBe(false);
    expect(stragglers.map(({ pid }) => pid)).toEqual(
      expect.arrayContaining(
        pids.slice(0, 3).filter((pid) => pid !== Number(/own=(\d+)/.exec(lines.join())?.[1])),
      ),
    );
  });

  it('and holds the output open does not hold up the end: it is ended and named', async () => {
    const { spec, lines } = task("sh -c 'echo child=$$; exec sleep 60' & sleep 0.05; exit 5");
    const outcome = await runner.run(spec, never);
    const [pid = 0] = pidsIn(lines);
    expect(outcome).toMatchObject({
      status: 'failed',
      exitCode: 5,
      stragglers: [{ pid, command: 'sleep 60' }],
    });
    expect(await isAlive(pid)).toBe(false);
  });

  it('and left its group and its session is found by its environment, ended and named', async () => {
    const { spec, lines } = task("setsid sh -c 'echo child=$$; exec sleep 60' > /dev/stderr & sleep 0.1");
    const outcome = await runner.run(spec, never);
    const [pid = 0] = pidsIn(lines);
    expect(outcome).toMatchObject({ status: 'succeeded', stragglers: [{ pid, command: 'sleep 60' }] });
    expect(await isAlive(pid)).toBe(false);
  });

  it('is ended when the task is cancelled', async () => {
    const cancel = new AbortController();
    const { spec, seen, lines } = task('sleep 60 & echo child=$!; echo own=$$; wait');
    const outcome = runner.run(spec, cancel.signal);
    await seen('own=');
    cancel.abort();
    expect(await outcome).toMatchObject({ status: 'cancelled', signal: 'SIGTERM' });
    for (const pid of pidsIn(lines)) expect(await isAlive(pid)).toBe(false);
  });

  it('is ended with its runner', async () => {
    const short = createRunner(createSystemClock());
    const { spec, seen, lines } = task('sleep 60 & echo child=$!; wait');
    const outcome = short.run(spec, never);
    await seen('child=');
    await short.stop();
    expect(await outcome).toMatchObject({ status: 'cancelled' });
    for (const pid of pidsIn(lines)) expect(await isAlive(pid)).toBe(false);
    expect(await short.run(spec, never)).toMatchObject({ status: 'cancelled', attempts: 0 });
  });

  it('is ended when the process that starts tasks dies, and the next task runs', async () => {
    const fragile = createRunner(createSystemClock());
    onTestFinished(() => fragile.stop());
    const { spec, seen, lines } = task('setsid sleep 60 & echo child=$!; echo "spawner $PPID"; wait');
    const outcome = fragile.run(spec, never);
    await seen('spawner');
    process.kill(Number(/spawner (\d+)/.exec(lines.join())?.[1]), 'SIGKILL');
    expect(await outcome).toMatchObject({
      status: 'failed',
      exitCode: null,
      error: 'lost: the process that starts tasks died, and so the task was ended',
    });
    for (const pid of pidsIn(lines)) expect(await isAlive(pid)).toBe(false);
    expect(await fragile.run(task('echo again').spec, never)).toMatchObject({ tail: 'again' });
  });

  it('outlives no scheduler, even one that is killed', async () => {
    const child = startScheduler('setsid sleep 60 & echo child=$!; echo own=$$; wait');
    let text = '';
    child.stdout?.on('data', (chunk) => {
      text += String(chunk);
    });
    await vi.waitFor(() => expect(text).toContain('own='), { timeout: 10_000 });
    child.kill('SIGKILL');
    await vi.waitFor(
      async () => {
        for (const pid of pidsIn([text])) expect(await isAlive(pid)).toBe(false);
      },
      { timeout: 5000 },
    );
    expect(pidsIn([text])).toHaveLength(2);
  });
});

/** A process of its own that runs the script as a task, and prints what the task prints. */
function startScheduler(script: string): ChildProcess {
  const program = `
    import { createTaskRunner } from ${JSON.stringify(join(import.meta.dirname, 'run-task.ts'))};
    import { createSystemClock } from ${JSON.stringify(join(import.meta.dirname, '../core/clock.ts'))};
    const ids = { ulid: () => 'one-task' };
    const runner = createTaskRunner({ clock: createSystemClock(), ids, log: console });
    const spec = { argv: ['sh', '-c', ${JSON.stringify(script)}], cwd: '/', env: process.env, timeoutMs: 60_000, retries: 0,
      logs: null, redact: (text) => text, onLine: (_, line) => console.log(line), onCommand() {} };
    await runner.run(spec, new AbortController().signal);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  return child;
}
