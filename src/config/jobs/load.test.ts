// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these texts are variables as YAML files write them.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { taskOf, useJobsFolder } from '../../../test/jobs-folder.ts';
import type { LoadOptions } from '../load.ts';
import { collectSecrets } from '../secrets.ts';
import { describeConfig, showConfig } from '../show.ts';
import { jobsFileForm } from './show.ts';

const folder = useJobsFolder();
const { load } = folder;

const documented = `
profiles:
  edge:
    cron: "*/15 * * * *"
    description: Edge node checks
    sync_before_run: true
    env: { CACHE_FILENAME: edge-state.txt }
    tasks:
      - { name: cert-expiry, script: checks/cert.ts, args: { warn-days: 21 } }
      - { name: dns, script: checks/dns.py, enabled: false }
`;

const loadJobs = async (text: string, options?: LoadOptions) =>
  (await load({ 'automation/jobs.yaml': text }, options)).jobs;

const argvOf = async (text: string) => (await loadJobs(text)).profiles[0]?.tasks[0]?.argv;

describe('jobs.yaml', () => {
  it('is read from the documented example, times in milliseconds, defaults put in', async () => {
    const jobs = await loadJobs(documented);
    expect(jobs).toMatchObject({
      path: join(folder.path(), 'automation/jobs.yaml'),
      repoDir: folder.path(),
      branch: 'main',
      postCommand: null,
    });
    const rest = { timeoutMs: 300_000, retries: 0, retryDelayMs: 5000, env: {} };
    const alert = { service: null, severity: null, component: null };
    expect(jobs.profiles).toEqual([
      {
        name: 'edge',
        cron: '*/15 * * * *',
        timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
        description: 'Edge node checks',
        enabled: true,
        syncBeforeRun: true,
        env: { CACHE_FILENAME: 'edge-state.txt' },
        route: null,
        digest: 'on_change',
        staleAfterMs: null,
        graceMs: 60_000,
        timeoutMs: 3_600_000,
        concurrency: 1,
        catchUp: 'none',
        on: { alert: null, webhook: null, github: null },
        tasks: [
          {
            name: 'cert-expiry',
            argv: [process.execPath, 'automation/checks/cert.ts', '--warn-days=21'],
            script: 'checks/cert.ts',
            enabled: true,
            ...alert,
            ...rest,
          },
          {
            name: 'dns',
            argv: ['python3', 'automation/checks/dns.py'],
            script: 'checks/dns.py',
            enabled: false,
            ...alert,
            ...rest,
          },
        ],
      },
    ]);
  });

  it('takes every key', async () => {
    const text = `
runners: { .rb: ruby, .ts: [npx, tsx] }
sync: { branch: release/1.x, post_command: [npm, ci] }
profiles:
  all:
    cron: "30 4 * * *"
    timezone: Europe/Riga
    enabled: false
    route: all
    digest: every
    stale_after: 40d
    grace: 30s
    timeout: 10m
    concurrency: 3
    catch_up: last
    tasks:
      - { name: a, script: x.rb, timeout: 1500ms, retries: 2, retry_delay: 0, service: edge, severity: P1, component: edge-nodes, env: { A: b } }
      - { name: b, script: y.ts }
      - { name: c, command: [df, -h], args: { all: true } }
`;
    const jobs = await loadJobs(text);
    expect(jobs).toMatchObject({ branch: 'release/1.x', postCommand: ['npm', 'ci'] });
    expect(jobs.profiles[0]).toMatchObject({
      timezone: 'Europe/Riga',
      enabled: false,
      route: 'all',
      digest: 'every',
      staleAfterMs: 40 * 86_400_000,
      graceMs: 30_000,
      timeoutMs: 600_000,
      concurrency: 3,
      catchUp: 'last',
      tasks: [
        {
          argv: ['ruby', 'automation/x.rb'],
          timeoutMs: 1500,
          retries: 2,
          retryDelayMs: 0,
          service: 'edge',
          severity: 'P1',
          component: 'edge-nodes',
          env: { A: 'b' },
        },
        { argv: ['npx', 'tsx', 'automation/y.ts'] },
        { argv: ['df', '-h', '--all=true'], script: null },
      ],
    });
  });

  it('may be absent at the default paths: no profiles', async () => {
    const { jobs, files } = await load({});
    expect(jobs).toMatchObject({ path: null, repoDir: folder.path(), profiles: [] });
    expect(files).toEqual([join(folder.path(), 'tocsin.yaml')]);
    await mkdir(join(folder.path(), 'repo'));
    const there = await load({}, { env: { REPO_DIR: 'repo' } });
    expect(there.jobs).toMatchObject({ path: null, repoDir: join(folder.path(), 'repo') });
    expect(there.watchedFiles).toContain(join(folder.path(), 'repo/automation/jobs.yaml'));
  });

  it('is found by --jobs, else below REPO_DIR, else beside tocsin.yaml', async () => {
    const one = (name: string) => `profiles: { ${name}: { cron: "0 * * * *" } }`;
    const files = {
      'automation/jobs.yaml': one('beside'),
      'repo/automation/jobs.yaml': one('repo'),
      'other/my.yaml': one('flag'),
    };
    const found = async (options: LoadOptions) => {
      const { path, repoDir, profiles } = (await load(files, options)).jobs;
      return [profiles[0]?.name, path?.slice(folder.path().length + 1), repoDir.slice(folder.path().length)];
    };
    const env = { REPO_DIR: 'repo' };
    expect(await found({})).toEqual(['beside', 'automation/jobs.yaml', '']);
    expect(await found({ env })).toEqual(['repo', 'repo/automation/jobs.yaml', '/repo']);
    expect(await found({ env, jobsPath: 'other/my.yaml' })).toEqual(['flag', 'other/my.yaml', '/repo']);
    expect(await found({ jobsPath: 'other/my.yaml' })).toEqual(['flag', 'other/my.yaml', '/other']);
    expect(await found({ jobsPath: 'repo/automation/jobs.yaml' })).toEqual([
      'repo',
      'repo/automation/jobs.yaml',
      '/repo',
    ]);
  });

  it('keeps profiles and arguments in the order written, and numbers as they are written', async () => {
    const text = `profiles:
  2b: { cron: "0 1 * * *", tasks: [{ name: t, command: [x], args: { z: 1, 10: "a b", 2: no, v: 1.10, on: True, e: "" } }] }
  10: { cron: "0 1 * * *" }
  1: { cron: "0 1 * * *" }
`;
    const { profiles } = await loadJobs(text);
    expect(profiles.map(({ name }) => name)).toEqual(['2b', '10', '1']);
    expect(profiles[0]?.tasks[0]?.argv).toEqual([
      'x',
      '--z=1',
      '--10=a b',
      '--2=no',
      '--v=1.10',
      '--on=true',
      '--e=',
    ]);
  });

  it('gives every tick a second of grace at least: no clock is looked at in the same instant', async () => {
    await expect(loadJobs('profiles: { edge: { cron: "0 * * * *", grace: 0s } }')).rejects.toThrow(
      /profiles\.edge\.grace.*at least 1s/s,
    );
  });

  it('takes variables of the environment', async () => {
    const text = taskOf('{ name: t, command: [x], args: { days: "${DAYS}" }, env: { KEY: "${KEY:-none}" } }');
    const { profiles } = await loadJobs(text, { env: { DAYS: '1.0' } });
    expect(profiles[0]?.tasks[0]).toMatchObject({ argv: ['x', '--days=1.0'], env: { KEY: 'none' } });
  });
});

describe('a script', () => {
  it.each([
    ['a.ts', [process.execPath, 'automation/a.ts']],
    ['a.js', [process.execPath, 'automation/a.js']],
    ['a.py', ['python3', 'automation/a.py']],
    ['a.sh', ['bash', 'automation/a.sh']],
    ['bin/probe', ['automation/bin/probe']],
    ['../probe', ['./probe']],
    ['../-x/a.sh', ['bash', './-x/a.sh']],
  ])('%s is run by what its suffix says', async (script, argv) => {
    expect(await argvOf(taskOf(`{ name: t, script: "${script}" }`))).toEqual(argv);
  });

  it('starts at the folder of jobs.yaml, or at the root of the checkout where it is only there', async () => {
    const jobs = taskOf('{ name: t, script: checks/a.sh }');
    const files = { 'automation/jobs.yaml': jobs, 'checks/a.sh': '' };
    const inRoot = await load(files);
    expect(inRoot.jobs.profiles[0]?.tasks[0]?.argv).toEqual(['bash', 'checks/a.sh']);
    expect(inRoot.watchedFiles).toContain(join(folder.path(), 'automation/checks/a.sh'));
    const inBoth = await load({ ...files, 'automation/checks/a.sh': '' });
    expect(inBoth.jobs.profiles[0]?.tasks[0]?.argv).toEqual(['bash', 'automation/checks/a.sh']);
    expect(inBoth.watchedFiles).not.toContain(join(folder.path(), 'automation/checks/a.sh'));
  });

  it('may be missing until it runs', async () => {
    expect(await argvOf(taskOf('{ name: t, script: not/yet.sh }'))).toEqual([
      'bash',
      'automation/not/yet.sh',
    ]);
  });
});

describe('what is shown of jobs', () => {
  const secretive = `
runners: { .sh: [sh, -e] }
sync: { post_command: [sh, -c, "TOKEN=s3cretive make"] }
profiles:
  edge:
    cron: "0 3 * * *"
    timezone: Europe/Riga
    env: { API_TOKEN: s3cretive, CACHE_FILENAME: edge.txt }
    tasks:
      - { name: a, script: x.sh, args: { token: s3cretive, days: 7 }, env: { DB: "postgres://u:s3cretive@h/x" } }
      - { name: b, command: [curl, "https://u:s3cretive@h/"] }
  off: { cron: "0 3 * * *", timezone: UTC, enabled: false }
`;

  it('holds no secret, and these are hidden wherever they turn up', async () => {
    const config = await load({ 'automation/jobs.yaml': secretive });
    const shown = showConfig(config);
    expect(shown).not.toContain('s3cretive');
    expect(parse(shown).jobs.profiles.edge.env).toEqual({
      API_TOKEN: '[redacted]',
      CACHE_FILENAME: 'edge.txt',
    });
    expect(collectSecrets(config)).toContain('s3cretive');
    expect(collectSecrets(config)).not.toContain('edge.txt');
    expect(describeConfig(config)).toContain('jobs        edge (2 tasks), off (disabled)');
  });

  it('gives the same when it is read again', async () => {
    const first = await loadJobs(secretive);
    const again = await loadJobs(stringify(jobsFileForm(first)));
    expect(again).toEqual(first);
  });
});
