import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type App, createApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config/index.ts';
import { quietLog } from '../stores.ts';

const library = join(import.meta.dirname, '../../shell/tocsin.sh');

let env: Record<string, string>;

beforeAll(async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'tocsin-shell-'));
  const config = await loadConfig({ env: {}, cwd: dataDir, flags: { dataDir, listen: '127.0.0.1:0' } });
  const app: App = createApp({
    ...{ config, role: 'api', version: '1.2.3', log: quietLog },
    load: () => Promise.resolve(config),
  });
  await app.start();
  const token = (await readFile(join(dataDir, 'admin-token'), 'utf8')).trim();
  env = { TOCSIN_URL: app.address() ?? '', TOCSIN_TOKEN: token, CACHE_FILENAME: 'shell.txt' };
  return async () => {
    await app.stop();
    await rm(dataDir, { recursive: true });
  };
});

async function ask(path: string): Promise<{ data: Record<string, unknown>[] }> {
  const headers = { authorization: `Bearer ${env.TOCSIN_TOKEN}` };
  return (await (await fetch(`${env.TOCSIN_URL}${path}`, { headers })).json()) as never;
}

describe.each(['sh', 'bash'])('the shell library under %s', (shell) => {
  /** Runs lines of a strict script behind the library; answers what it printed, and its exit code. */
  async function run(lines: string, changes: Record<string, string> = {}) {
    const script = `set -eu\n. ${library}\n${lines}`;
    const { stdout, stderr, exitCode } = await execa(shell, ['-c', script], {
      ...{ reject: false, env: { ...env, ...changes } },
    });
    return { stdout, stderr, exitCode };
  }

  it.each([
    ['1200'],
    ['two words, 91 % full'],
    ['"quoted" \\ $HOME `x` \\n \'single\''],
    ['a\ttab and ünïcödé ✓'],
    ['\\t \\\\t \\\\\\ \\"'],
    ['{"value":"inner"}'],
    [''],
  ])('keeps and gives back %j', async (value) => {
    const lines = 'tocsin_state_set "a key/?&é" "$VALUE"\ntocsin_state_get "a key/?&é"';
    expect(await run(lines, { VALUE: value })).toEqual({ stdout: value, stderr: '', exitCode: 0 });
  });

  it('asks of the age of a value only when told to, and keeps namespaces apart', async () => {
    const lines = [
      'tocsin_state_set plain 1',
      'tocsin_state_set stamped 2 --stamp --namespace /var/cache/other.txt',
      'tocsin_state_get plain',
      'tocsin_state_get plain --fresh hourly',
      'tocsin_state_get stamped',
      'tocsin_state_get stamped --fresh daily --namespace other.txt',
    ];
    expect((await run(lines.join('\n'))).stdout.split('\n')).toEqual(['1', '0', '0', '2']);
  });

  it('reports a problem and its end, with its fields', async () => {
    const title = `the "${shell}" of C:\\ is 91 % full`;
    const listed = async () => {
      const { data } = await ask(`/v1/alerts?service=shell-${shell}`);
      return data.map(({ title, severity, ended_at }) => [title, severity, ended_at !== null]);
    };
    const report = `tocsin_alert "$TITLE" service=shell-${shell}`;
    expect(await run(`${report} severity=P2`, { TITLE: title })).toMatchObject({ stderr: '', exitCode: 0 });
    expect(await listed()).toEqual([[title, 'P2', false]]);
    await run(`${report} status=resolved`, { TITLE: title });
    expect(await listed()).toEqual([[title, 'P2', true]]);
  });

  it.each([
    ['tocsin_state_get', {}, /no key was given/],
    ['tocsin_state_get calls --fresh', {}, /--fresh needs a value/],
    ['tocsin_state_get calls --new', {}, /"--new" is no option; there are/],
    ['tocsin_state_get calls --fresh weekly', {}, /was refused: .*VALIDATION_ERROR/],
    ['tocsin_state_get calls', { TOCSIN_TOKEN: 'toc_wrong' }, /was refused: .*UNAUTHORIZED/],
    ['tocsin_state_get calls', { TOCSIN_URL: '' }, /TOCSIN_URL is not set/],
    ['tocsin_state_get calls', { TOCSIN_URL: 'http://127.0.0.1:9' }, /127\.0\.0\.1/],
    ['tocsin_state_set calls; echo 0', {}, /key and value are needed/],
    ['tocsin_alert; echo 0', {}, /no title was given/],
    ['tocsin_alert full P2; echo 0', {}, /"P2" is not FIELD=TEXT/],
    ['tocsin_alert full service=edge severity=bad; echo 0', {}, /was refused: .*severity/],
  ])('says in one line what is wrong with `%s`, and the script goes on', async (line, changes, said) => {
    const { stdout, stderr, exitCode } = await run(`${line}\necho on`, changes);
    expect([stdout, exitCode]).toEqual(['0\non', 0]);
    expect(stderr).toMatch(said);
    expect(stderr.split('\n').filter((one) => !one.startsWith('tocsin: '))).toEqual([]);
  });

  it('shows no secret to those who can read the arguments of processes, and leaves nothing in the shell', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tocsin-curl-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    await writeFile(join(folder, 'curl'), '#!/bin/sh\nprintf "%s\\n" "$@" >&2\n');
    await chmod(join(folder, 'curl'), 0o700);
    const lines = 'tocsin_state_set calls a-secret-value\nset | grep -c "^namespace=\\|^body=" || :';
    const { stdout, stderr } = await run(lines, { PATH: `${folder}:${process.env.PATH}` });
    expect(stdout).toBe('0');
    expect(stderr).toContain('/v1/state/');
    expect(stderr).not.toContain(env.TOCSIN_TOKEN);
    expect(stderr).not.toContain('a-secret-value');
  });
});
