import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { type CheckoutHarness, createCheckouts, git, write } from '../../../test/checkout.ts';
import { createTestClock } from '../../../test/clock.ts';
import { createSystemClock } from '../../core/clock.ts';
import { withFileLock } from './file-lock.ts';

const checkouts = createCheckouts();
afterAll(checkouts.remove);
let h: CheckoutHarness;
beforeEach(() => {
  h = checkouts.make();
});

describe('the tree that is there stays where', () => {
  it('the new jobs are refused, and the fix is taken by itself', async () => {
    const before = await h.sync();
    const refused = h.push({ 'automation/jobs.yaml': ']' });
    const validate = () => Promise.reject(new Error('automation/jobs.yaml, line 1: not YAML'));
    const result = await h.sync({ validate });
    expect(result).toMatchObject({
      ...before,
      changed: false,
      problem: 'automation/jobs.yaml, line 1: not YAML',
    });
    expect(h.read(h.repoDir, 'automation/jobs.yaml')).toBe('profiles: {}\n');
    expect(existsSync(join(h.treesDir, refused))).toBe(false);
    const revision = h.push({ 'automation/jobs.yaml': 'profiles: {}\n' });
    expect(await h.sync()).toMatchObject({ revision, problem: null });
  });

  it.each<[string, () => void, RegExp]>([
    [
      'the branch was deleted',
      () => git(h.origin, 'update-ref', '-d', 'refs/heads/main'),
      /couldn't find remote ref/,
    ],
    [
      'the origin is gone',
      () => rmSync(h.origin, { recursive: true }),
      /^git fetch: exit 128: .*origin\.git/,
    ],
    [
      'the origin cannot be reached, whose password is not told',
      () =>
        git(
          h.repoDir,
          'remote',
          'set-url',
          'origin',
          'https://ann:hunter22@127.0.0.1:9/a.git?token=hunter22',
        ),
      /^git fetch: exit 128: (?!.*hunter22).*redacted/,
    ],
  ])('%s', async (_, breakIt, problem) => {
    const before = await h.sync();
    breakIt();
    const result = await h.sync();
    expect(result).toMatchObject({ revision: before.revision, cwd: before.cwd, changed: false });
    expect(result.problem).toMatch(problem);
  });

  it('the disk takes nothing more', async () => {
    const before = await h.sync();
    h.push({ 'checks/a.sh': 'echo two\n' });
    rmSync(join(h.repoDir, '.git/worktrees'), { recursive: true });
    write(join(h.repoDir, '.git/worktrees'), 'in the way');
    const result = await h.sync();
    expect(result.problem).toMatch(/^git worktree: exit 128/);
    expect(result.cwd).toBe(before.cwd);
  });

  it('the network hangs: no longer than two minutes', async () => {
    git(h.repoDir, 'config', 'core.sshCommand', `echo $$ > ${h.root}/pid; exec sleep 1000; true`);
    git(h.repoDir, 'remote', 'set-url', 'origin', 'ssh://git@127.0.0.1/a.git');
    const clock = createTestClock();
    const syncing = h.sync({ clock });
    while (!existsSync(join(h.root, 'pid'))) await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(120_000);
    expect((await syncing).problem).toBe('git fetch: took longer than 120 s');
  });

  it('there is no git', async () => {
    const before = await h.sync();
    // Other files run in this process too, also where this test fails.
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    vi.stubEnv('PATH', h.root);
    const result = await h.sync();
    expect(result).toMatchObject({
      ...before,
      problem: expect.stringMatching(/^git rev-parse: git is not installed/),
    });
  });

  it('it is stopped', async () => {
    const result = await h.sync({ signal: AbortSignal.abort() });
    expect(result).toMatchObject({ problem: expect.stringContaining('stopped'), cwd: h.repoDir });
  });
});

describe('tasks run in the folder that is named where it', () => {
  it.each<[string, () => void, RegExp]>([
    ['is not there', () => rmSync(h.repoDir, { recursive: true }), /is not there$/],
    ['is no repository', () => rmSync(join(h.repoDir, '.git'), { recursive: true }), /not a git repository/],
    [
      'is a part of a repository, which keeps its edits',
      () => {
        rmSync(join(h.repoDir, '.git'), { recursive: true });
        git(h.root, 'init', '--quiet', '--template=');
      },
      /is not the root of its git repository/,
    ],
  ])('%s', async (_, change, problem) => {
    change();
    const result = await h.sync();
    expect(result).toMatchObject({ cwd: h.repoDir, changed: false });
    expect(result.problem).toMatch(problem);
  });
});

describe('the next sync puts right', () => {
  it('a tree that was not made to its end', async () => {
    const revision = h.push({ 'checks/a.sh': 'echo two\n' });
    mkdirSync(join(h.treesDir, revision), { recursive: true });
    const { cwd, problem } = await h.sync();
    expect([problem, h.read(cwd, 'checks/a.sh')]).toEqual([null, 'echo two\n']);
  });

  it('a tree that was removed, and one whose checkout was cloned anew', async () => {
    const { cwd } = await h.sync();
    rmSync(cwd, { recursive: true });
    expect(await h.sync()).toMatchObject({ cwd, problem: null });
    rmSync(h.repoDir, { recursive: true });
    git(h.root, 'clone', '--quiet', h.origin, h.repoDir);
    expect(await h.sync()).toMatchObject({ cwd, problem: null });
    expect(git(cwd, 'status', '--porcelain')).toBe('');
  });

  it('the lock of a git that was killed, but not of one that may be at work', async () => {
    const before = await h.sync();
    const lock = join(h.repoDir, '.git/index.lock');
    write(lock, '');
    const revision = h.push({ 'checks/a.sh': 'echo two\n' });
    const refused = await h.sync();
    expect(refused).toMatchObject({ cwd: before.cwd, changed: false });
    expect(refused.problem).toContain('index.lock');
    const longAgo = Date.now() / 1000 - 601;
    utimesSync(lock, longAgo, longAgo);
    const result = await h.sync();
    expect(result).toMatchObject({ revision, problem: null });
    expect(result.notes.join()).toContain('index.lock');
  });
});

describe('syncs of one checkout', () => {
  it('wait for each other', async () => {
    h.push({ 'checks/a.sh': 'echo two\n' });
    const results = await Promise.all([h.sync(), h.sync(), h.sync()]);
    expect(results.map(({ problem }) => problem)).toEqual([null, null, null]);
    expect(results.filter(({ changed }) => changed)).toHaveLength(1);
  });

  it('wait for a minute at most', async () => {
    const clock = createTestClock();
    const path = join(h.root, 'lock');
    const limits = { clock, signal: new AbortController().signal };
    await withFileLock(path, limits, async () => {
      const second = withFileLock(path, limits, async () => 'never').catch(({ message }) => message);
      await clock.advance(60_000);
      expect(await second).toContain('another sync');
    });
    expect(await withFileLock(path, limits, async () => 'free again')).toBe('free again');
  });

  it('are not held up by one whose process was killed, nor disturbed by what it has left running', async () => {
    const path = join(h.root, 'lock');
    const script = `import { spawn } from 'node:child_process';
      import { withFileLock } from './src/jobs/sync/file-lock.ts';
      const limits = { clock: { now: Date.now, wait: () => new Promise(() => {}) }, signal: new AbortController().signal };
      await withFileLock(process.argv[1], limits, async (guard) => {
        const { pid } = spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' });
        guard.watch(pid);
        console.log(pid);
        process.kill(process.pid, 'SIGKILL');
      });`;
    const killed = spawnSync(process.execPath, ['--input-type=module', '-e', script, path], {
      encoding: 'utf8',
    });
    expect(killed.signal).toBe('SIGKILL');
    const limits = { clock: createSystemClock(), signal: AbortSignal.timeout(10_000) };
    const isLeft = async () => existsSync(`/proc/${killed.stdout.trim()}/fd/0`);
    expect(await withFileLock(path, limits, isLeft)).toBe(false);
  });
});
