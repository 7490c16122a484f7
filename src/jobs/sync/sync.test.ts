import {
  chmodSync,
  existsSync,
  lstatSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createCheckouts, git, write } from '../../../test/checkout.ts';
import { createSystemClock } from '../../core/clock.ts';
import { findCheckout } from '../index.ts';

const checkouts = createCheckouts();
afterAll(checkouts.remove);
const limits = { clock: createSystemClock(), signal: new AbortController().signal };

describe('a new revision', () => {
  it('runs from a tree of its own, which the checkout then equals, bits and links too', async () => {
    const h = checkouts.make();
    expect(await findCheckout(h, limits)).toMatchObject({ cwd: h.repoDir });
    write(join(h.elsewhere, 'run'), '#!/bin/sh\n');
    chmodSync(join(h.elsewhere, 'run'), 0o755);
    symlinkSync('run', join(h.elsewhere, 'alias'));
    const revision = h.push({ 'checks/a.sh': 'echo two\n', 'web/package-lock.json': '{}\n' });
    const result = await h.sync();
    const cwd = join(h.treesDir, revision);
    expect(result).toEqual({ revision, cwd, changed: true, problem: null, lockFileChanged: true, notes: [] });
    expect(git(h.repoDir, 'status', '--porcelain', '--branch')).toBe('## main...origin/main');
    expect(h.read(h.repoDir, 'checks/a.sh')).toBe('echo two\n');
    expect(h.read(cwd, 'checks/a.sh')).toBe('echo two\n');
    expect(statSync(join(cwd, 'run')).mode & 0o111).toBe(0o111);
    expect(lstatSync(join(cwd, 'alias')).isSymbolicLink()).toBe(true);
    expect(await findCheckout(h, limits)).toEqual({ revision, cwd });

    expect(await h.sync()).toEqual({ ...result, changed: false, lockFileChanged: false });
    expect(h.validated).toEqual([cwd]);
  });

  it('is taken where its branch was moved by force', async () => {
    const h = checkouts.make();
    h.push({ 'checks/b.sh': 'echo b\n' });
    await h.sync();
    git(h.origin, 'update-ref', 'refs/heads/main', 'HEAD~1');
    const revision = h.push({ 'checks/b.sh': null, 'checks/c.sh': 'echo c\n' });
    expect(await h.sync()).toMatchObject({ revision, problem: null });
    expect(readdirSync(join(h.repoDir, 'checks'))).toEqual(['a.sh', 'c.sh']);
  });

  it('reaches a shallow clone', async () => {
    const h = checkouts.make();
    h.push({ 'checks/b.sh': 'echo b\n' });
    rmSync(h.repoDir, { recursive: true });
    git(h.root, 'clone', '--quiet', '--depth=1', `file://${h.origin}`, h.repoDir);
    const revision = h.push({ 'checks/b.sh': 'echo c\n' });
    expect(await h.sync()).toMatchObject({ revision, problem: null, changed: true });
  });
});

describe('what is in the checkout', () => {
  it('stays where it is untracked, and is seen in the tree, also when it came later', async () => {
    const h = checkouts.make();
    write(join(h.repoDir, '.env'), 'A=1\n');
    write(join(h.repoDir, 'checks/node_modules/x.js'), 'x\n');
    const { cwd } = await h.sync();
    write(join(h.repoDir, 'later.txt'), 'late\n');
    await h.sync();
    const seen = ['.env', 'checks/node_modules/x.js', 'later.txt'].map((path) => h.read(cwd, path));
    expect(seen).toEqual(['A=1\n', 'x\n', 'late\n']);
    expect(h.read(h.repoDir, '.env')).toBe('A=1\n');
  });

  it('loses its local edits of tracked files, in the tree too', async () => {
    const h = checkouts.make();
    const { cwd } = await h.sync();
    for (const dir of [h.repoDir, cwd]) {
      write(join(dir, 'checks/a.sh'), 'rm -rf /\n');
      unlinkSync(join(dir, '.gitignore'));
    }
    expect(await h.sync()).toMatchObject({ problem: null, changed: false });
    for (const dir of [h.repoDir, cwd]) {
      expect(h.read(dir, 'checks/a.sh')).toBe('echo one\n');
      expect(existsSync(join(dir, '.gitignore'))).toBe(true);
    }
  });

  it.each(['--detach', '-b feature'])('may be on %s: other branches stay where they are', async (how) => {
    const h = checkouts.make();
    git(h.repoDir, 'checkout', '--quiet', ...how.split(' '));
    const before = git(h.repoDir, 'rev-parse', 'HEAD');
    const revision = h.push({ 'checks/a.sh': 'echo two\n' });
    expect(await h.sync()).toMatchObject({ revision, problem: null });
    expect(git(h.repoDir, 'rev-parse', 'HEAD', 'main').split('\n')).toEqual([revision, before]);
  });

  it('is kept aside where the revision tracks a file of that name', async () => {
    const h = checkouts.make();
    write(join(h.repoDir, 'state.txt'), 'mine\n');
    write(join(h.repoDir, 'out/report.txt'), 'mine too\n');
    const revision = h.push({ 'state.txt': 'theirs\n', out: 'a file now\n' });
    const { cwd, problem, notes } = await h.sync();
    expect(problem).toBe(null);
    expect([h.read(cwd, 'state.txt'), h.read(h.repoDir, 'state.txt')]).toEqual(['theirs\n', 'theirs\n']);
    const aside = join(h.treesDir, 'kept', revision);
    expect([h.read(aside, 'state.txt'), h.read(aside, 'out/report.txt')]).toEqual(['mine\n', 'mine too\n']);
    expect(notes.join()).toContain(aside);
  });

  it('gets what tasks left in a tree, so that the next tree has it', async () => {
    const h = checkouts.make();
    const first = await h.sync();
    write(join(first.cwd, 'checks/seen.txt'), '17\n');
    write(join(first.cwd, 'node_modules/x.js'), 'made again\n');
    h.push({ 'checks/a.sh': 'echo two\n' });
    const second = await h.sync();
    expect(h.read(second.cwd, 'checks/seen.txt')).toBe('17\n');
    expect(h.read(h.repoDir, 'checks/seen.txt')).toBe('17\n');
    expect(existsSync(join(h.repoDir, 'node_modules'))).toBe(false);
  });

  it('lends its submodules to the tree', async () => {
    const h = checkouts.make();
    const link = `160000,${git(h.repoDir, 'rev-parse', 'HEAD')},lib`;
    write(join(h.repoDir, '.gitmodules'), '[submodule "lib"]\n\tpath = lib\n\turl = ../origin.git\n');
    git(h.repoDir, 'add', '.gitmodules');
    git(h.repoDir, 'update-index', '--add', '--cacheinfo', link);
    git(h.repoDir, 'commit', '--quiet', '--message', 'a submodule');
    git(h.repoDir, 'push', '--quiet', 'origin', 'main');
    git(h.repoDir, 'clone', '--quiet', h.origin, 'lib');
    for (let round = 0; round < 2; round++) {
      const { cwd, problem } = await h.sync();
      expect([problem, h.read(cwd, 'lib/checks/a.sh')]).toEqual([null, 'echo one\n']);
    }
  });
});

describe('trees', () => {
  it('that nobody runs in are removed, but not the one before', async () => {
    const h = checkouts.make();
    const first = await h.sync();
    const inUse = { revisionsInUse: async () => [String(first.revision)] };
    for (const n of [1, 2]) {
      h.push({ 'checks/a.sh': `echo ${n}\n` });
      await h.sync(inUse);
    }
    expect(existsSync(first.cwd)).toBe(true);
    expect((await h.sync({ revisionsInUse: () => Promise.reject(new Error('no database')) })).notes).toEqual([
      'old trees stay: no database',
    ]);
    expect(existsSync(first.cwd)).toBe(true);
    const last = await h.sync();
    expect(readdirSync(h.treesDir).filter((name) => name.length === 40)).toEqual([last.revision]);
  });
});

describe('the command after a sync', () => {
  it('runs in each new tree, once and before tasks see it, and installs nothing through a link', async () => {
    const h = checkouts.make();
    write(join(h.repoDir, 'node_modules/old.js'), 'old\n');
    const postCommand = ['sh', '-c', 'mkdir node_modules && pwd >> node_modules/log'];
    const { cwd } = await h.sync({ postCommand });
    await h.sync({ postCommand });
    expect(h.read(cwd, 'node_modules/log')).toBe(`${cwd}\n`);
    expect(readdirSync(join(h.repoDir, 'node_modules'))).toEqual(['old.js']);
  });

  it('that fails leaves the tree before in place, and is tried again', async () => {
    const h = checkouts.make();
    const before = await h.sync();
    h.push({ 'checks/a.sh': 'echo two\n' });
    const postCommand = ['sh', '-c', 'echo token=hunter22 >&2; exit 3'];
    const result = await h.sync({ postCommand });
    expect(result).toMatchObject({ cwd: before.cwd, changed: false });
    expect(result.problem).toBe('sync.post_command: exit 3: token=[redacted]');
    expect(h.read(h.repoDir, 'checks/a.sh')).toBe('echo one\n');
    expect(await h.sync({ postCommand: ['true'] })).toMatchObject({ changed: true, problem: null });
  });
});
