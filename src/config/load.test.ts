import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { AppError } from '../core/errors.ts';
import { builtInEscalation, builtInPolicy } from './built-in-policy.ts';
import { escalationFileForm, tocsinFileForm } from './file-form.ts';
import { intelligenceFileForm } from './intelligence.ts';
import { type LoadOptions, loadConfig } from './load.ts';
import { policyFileForm } from './policy-form.ts';
import { findProblems, type Problem } from './problem.ts';

let cwd: string;
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'tocsin-config-'));
});
afterEach(() => rm(cwd, { recursive: true, force: true }));

type Files = Readonly<Record<string, string>>;

async function load(files: Files, options: LoadOptions = {}) {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(cwd, name)), { recursive: true });
    await writeFile(join(cwd, name), text);
  }
  return loadConfig({ cwd, env: {}, isTerminal: false, ...options });
}

async function problemsOf(files: Files, options: LoadOptions = {}): Promise<readonly Problem[]> {
  const error = await load(files, options).then(
    () => new Error('it was accepted'),
    (caught: unknown) => caught,
  );
  const problems = findProblems(error);
  if (problems === null) throw error;
  return problems;
}

const example = `
server: { listen: "127.0.0.1:8923", public_url: "http://127.0.0.1:8923" }
components:
  - id: api
    name: Public API
    group: Core
    critical: true
    public: true
    depends_on: [postgres]
    checks:
      - { name: front, kind: http, url: "http://127.0.0.1:9000/healthz", interval: 10s, timeout: 2s,
          failures_to_down: 2, conditions: ["status == 200", "latency < 500ms"] }
  - id: postgres
    checks: [{ name: port, kind: tcp, host: "\${PG_HOST:-127.0.0.1}", port: "\${PG_PORT:-5432}", interval: 30s }]
sources: { "monitor@node1": 5m }
channels:
  ops-hook: { type: webhook, url: "http://127.0.0.1:9999/hook", secret: "\${HOOK_SECRET:-}" }
  oncall: { type: telegram, channel: ONCALL }
routes:
  - { name: urgent, match: { severity: [P0, P1] }, channels: [oncall, ops-hook] }
  - { name: rest, channels: [ops-hook], group_wait: 30s }
silences: []
maintenance: []
retention: { alerts: 90d, runs: 60d, notifications: 30d, artifacts: { age: 10d, size: 1500MB } }
`;

describe('a valid configuration', () => {
  it('is read from the documented example, times in milliseconds', async () => {
    const config = await load({ 'tocsin.yaml': example });
    expect(config.components[0]).toMatchObject({ id: 'api', critical: true, dependsOn: ['postgres'] });
    expect(config.components[0]?.checks[0]).toEqual({
      name: 'front',
      kind: 'http',
      url: 'http://127.0.0.1:9000/healthz',
      method: 'GET',
      headers: {},
      body: null,
      followRedirects: true,
      tlsVerify: true,
      intervalMs: 10_000,
      timeoutMs: 2000,
      retries: 1,
      failuresToDown: 2,
      successesToRecover: 2,
      kOfN: null,
      cacheMs: 10_000,
      conditions: ['status == 200', 'latency < 500ms'],
      degraded: [],
    });
    expect(config.components[1]?.checks[0]).toMatchObject({
      host: '127.0.0.1',
      port: 5432,
      intervalMs: 30_000,
    });
    expect(config.sources).toEqual({ 'monitor@node1': 300_000 });
    expect(config.channels['ops-hook']).toMatchObject({ secret: null, timeoutMs: 10_000 });
    expect(config.routes).toEqual([
      {
        name: 'urgent',
        match: { severity: ['P0', 'P1'] },
        channels: ['oncall', 'ops-hook'],
        groupWaitMs: null,
        severityFloor: 'P3',
        sendResolved: true,
        dedupeTtlMs: null,
        quietHours: null,
        repeatIntervalMs: 14_400_000,
        continue: false,
      },
      expect.objectContaining({ name: 'rest', match: {}, groupWaitMs: 30_000 }),
    ]);
    expect(config.retention).toEqual({
      alertsMs: 7_776_000_000,
      runsMs: 5_184_000_000,
      notificationsMs: 2_592_000_000,
      artifacts: { ageMs: 864_000_000, sizeBytes: 1_500_000_000 },
    });
  });

  it('may be absent at the default path: all defaults, and the built-in policy', async () => {
    const config = await load({});
    expect(config).toMatchObject({
      files: [],
      dataDir: join(cwd, 'data'),
      store: { backend: 'sqlite', path: join(cwd, 'data', 'tocsin.db') },
      server: {
        host: '127.0.0.1',
        port: 8923,
        publicUrl: 'http://127.0.0.1:8923',
        publicRateLimitPerMinute: 300,
      },
      components: [],
      rateLimit: { maxRequests: 5, windowMs: 60_000 },
      log: { level: 'info', requests: false, healthRequests: false, pretty: false },
      notify: { dryRun: false, escalation: [] },
      policy: builtInPolicy(),
      escalation: builtInEscalation(),
    });
  });

  it.each(['', '# nothing\n', '---\n', 'components:\nroutes: # none yet\n', '\ufeffcomponents: []\n'])(
    'may be empty: %j',
    async (text) => {
      expect((await load({ 'tocsin.yaml': text })).components).toEqual([]);
    },
  );

  it('is frozen to its depth', async () => {
    const config = await load({ 'tocsin.yaml': example });
    expect(Object.isFrozen(config.components[0]?.checks[0]?.conditions)).toBe(true);
    expect(Object.isFrozen(config.policy.rules[0]?.match)).toBe(true);
  });

  it('starts relative paths at the folder of the file that names them', async () => {
    const text =
      'components: [{ id: a, checks: [{ name: c, kind: command, command: [./probe.sh, ./x], cwd: work }, { name: d, kind: command, command: [true-ish] }] }]';
    const config = await load({ 'deep/er/my.yaml': text }, { configPath: 'deep/er/my.yaml' });
    expect(config.components[0]?.checks).toMatchObject([
      { argv: [join(cwd, 'deep/er/probe.sh'), './x'], cwd: join(cwd, 'deep/er/work') },
      { argv: ['true-ish'], cwd: join(cwd, 'deep/er') },
    ]);
  });

  it('runs a check every 30 s unless it says on_demand', async () => {
    const check = '{ name: x, kind: tcp, host: h, port: 1 }';
    const config = await load({
      'tocsin.yaml': `components: [{ id: a, checks: [${check}, { name: y, kind: tcp, host: h, port: 1, interval: on_demand }] }]`,
    });
    expect(config.components[0]?.checks.map((entry) => entry.intervalMs)).toEqual([30_000, null]);
  });

  it('reads again what is shown in the words of the file', async () => {
    const text = `${example}
kinds: [churn]
notify: { dry_run: true }
watchdog: { url: "https://hc.example/ping", interval: 90s }
`;
    const first = await load({ 'tocsin.yaml': text });
    const second = await load({
      'tocsin.yaml': stringify(tocsinFileForm(first)),
      'config/alert_routing_policy.yml': stringify(policyFileForm(first.policy)),
      'config/incident_escalation_policy.yml': stringify(escalationFileForm(first.escalation)),
      'config/incident_intelligence_policy.yml': stringify(intelligenceFileForm(first.intelligence)),
    });
    expect({ ...second, files: [] }).toEqual({ ...first, files: [] });
  });
});

describe('the routing policy', () => {
  it('that ships as a file equals the built-in one', async () => {
    const shipped = await readFile(resolve('config/alert_routing_policy.yml'), 'utf8');
    const config = await load({ 'config/alert_routing_policy.yml': shipped });
    expect(config.files).toHaveLength(1);
    expect(config.policy).toEqual(builtInPolicy());
    // Defaults that the file leaves out would make the two equal for the wrong reason.
    expect(parse(shipped)).toEqual(dropDefaults(policyFileForm(builtInPolicy())));
  });

  it('is looked for beside the file that is named, and names its rules by position', async () => {
    const policy = 'defaults: { max_attempts: 9 }\nrouting:\n  - match: { env_in: [dev] }\n  - name: all\n';
    const config = await load(
      { 'a/tocsin.yaml': '', 'a/config/alert_routing_policy.yml': policy },
      { configPath: 'a/tocsin.yaml' },
    );
    expect(config.policy.defaults.maxAttempts).toBe(9);
    expect(config.policy.rules.map((rule) => rule.name)).toEqual(['rule-1', 'all']);
    expect(config.policy.rules[0]?.match).toEqual({ envIn: ['dev'] });
  });

  it('without rules keeps the built-in ones', async () => {
    const config = await load({ 'config/alert_routing_policy.yml': 'defaults: { storm_threshold: 3 }' });
    expect(config.policy.rules).toEqual(builtInPolicy().rules);
    expect(config.policy.defaults.stormThreshold).toBe(3);
  });
});

function dropDefaults(form: Record<string, unknown>): unknown {
  const text = JSON.stringify(form, (key, value: unknown) =>
    (['auto_incident', 'auto_triage', 'attach_alert_artifact'].includes(key) && value === false) ||
    (key === 'ack' && value === true) ||
    value === 'deterministic'
      ? undefined
      : value,
  );
  return JSON.parse(text);
}

describe('which source wins', () => {
  it('is flag before environment before .env before file', async () => {
    const files = {
      'tocsin.yaml': 'server: { listen: "127.0.0.1:1" }\nretention: { alerts: 10d }',
      '.env': 'MONITORING_API_PORT=2\nRATE_LIMIT_MAX=7\nALERTS_RETENTION_DAYS=20\nTOCSIN_DATA_DIR=fromenv\n',
    };
    expect((await load(files)).server.port).toBe(2);
    const env = { MONITORING_API_PORT: '3', MONITORING_API_HOST: '0.0.0.0' };
    const config = await load(files, { env });
    expect(config.server).toMatchObject({ host: '0.0.0.0', port: 3, publicUrl: 'http://127.0.0.1:3' });
    expect(config).toMatchObject({ rateLimit: { maxRequests: 7 }, retention: { alertsMs: 20 * 86_400_000 } });
    expect(config.dataDir).toBe(join(cwd, 'fromenv'));
    const flagged = await load(files, {
      env,
      flags: { listen: '[::1]:4', dataDir: 'flagged', dsn: 'postgres://h/x' },
    });
    expect(flagged.server).toMatchObject({ host: '::1', port: 4, publicUrl: 'http://[::1]:4' });
    expect(flagged).toMatchObject({ dataDir: join(cwd, 'flagged'), store: { backend: 'postgres' } });
  });

  it.each([
    [{ LOG_LEVEL: 'WaRn' }, { level: 'warn' }, false],
    [{ LOG_LEVEL: 'DEBUG' }, { level: 'debug' }, true],
    [{ NODE_ENV: 'development' }, { level: 'debug' }, false],
    [{ NODE_ENV: 'development', LOG_LEVEL: 'error' }, { level: 'error' }, false],
    [{ LOG_REQUESTS: 'True', LOG_HEALTH_REQUESTS: '1' }, { requests: true, healthRequests: true }, false],
  ])('of %j makes the log %j and dry run %s', async (env, log, dryRun) => {
    const config = await load({}, { env });
    expect(config.log).toMatchObject(log);
    expect(config.notify.dryRun).toBe(dryRun);
  });

  it.each([
    ['90', 90_000],
    ['2m', 120_000],
  ])('reads RATE_LIMIT_WINDOW %s as %d ms', async (text, windowMs) => {
    expect((await load({}, { env: { RATE_LIMIT_WINDOW: text } })).rateLimit.windowMs).toBe(windowMs);
  });

  it('collects the Telegram variables by channel', async () => {
    const env = {
      TELEGRAM_BOT_TOKEN_DEFAULT: '1:a',
      TELEGRAM_BOT_TOKEN_ONCALL: '2:b',
      TELEGRAM_CHAT_ID_ONCALL: '-100',
      TELEGRAM_CHAT_ID_TOPICS: '-200',
      TELEGRAM_TOPIC_ID_ONCALL: '7',
      TELEGRAM_TEST_CHAT_ID: '',
    };
    expect((await load({}, { env })).telegram).toEqual({
      defaultToken: '1:a',
      tokens: { ONCALL: '2:b' },
      chatIds: { ONCALL: '-100' },
      topicIds: { ONCALL: '7' },
      topicsChatId: '-200',
      testChatId: null,
    });
  });
});

describe('the store', () => {
  const dsn = 'postgres://u@h/x';
  it.each([
    [{}, 'sqlite'],
    [{ ALERT_BACKEND: 'auto', DATABASE_URL: '' }, 'sqlite'],
    [{ DATABASE_URL: dsn }, 'postgres'],
    [{ ALERT_BACKEND: 'postgres', ALERT_DATABASE_URL: dsn, DATABASE_URL: 'mysql://h' }, 'postgres'],
    [{ ALERT_BACKEND: 'sqlite', DATABASE_URL: 'mysql://h' }, 'sqlite'],
    [{ ALERT_BACKEND: 'MEMORY', DATABASE_URL: dsn }, 'memory'],
  ])('of %j is %s', async (env, backend) => {
    expect((await load({}, { env })).store.backend).toBe(backend);
  });

  it('takes ALERT_DATABASE_URL before DATABASE_URL', async () => {
    const env = { ALERT_DATABASE_URL: 'postgresql://h/one', DATABASE_URL: 'postgres://h/two' };
    expect((await load({}, { env })).store).toEqual({ backend: 'postgres', dsn: 'postgresql://h/one' });
  });

  it.each([
    [{ ALERT_BACKEND: 'postgres' }, 'ALERT_BACKEND'],
    [{ DATABASE_URL: 'mysql://root:hunter2@h/x' }, 'DATABASE_URL'],
    [{ ALERT_DATABASE_URL: 'hunter2' }, 'ALERT_DATABASE_URL'],
    [{ ALERT_BACKEND: 'oracle' }, 'ALERT_BACKEND'],
  ])('of %j is refused, and no password is told', async (env, key) => {
    const problems = await problemsOf({}, { env });
    expect(problems).toMatchObject([{ file: 'environment', line: null, key }]);
    expect(JSON.stringify(problems)).not.toContain('hunter2');
  });
});

describe('a file that cannot be read', () => {
  it('is refused where a flag or the environment names it', async () => {
    expect(await problemsOf({}, { configPath: 'no.yaml' })).toMatchObject([
      { file: 'no.yaml', found: 'no such file', expected: 'the file that --config names' },
    ]);
    expect(await problemsOf({}, { env: { TOCSIN_CONFIG: 'no.yaml' } })).toMatchObject([
      { file: 'no.yaml', expected: 'the file that TOCSIN_CONFIG names' },
    ]);
    const handedOn = { configPath: 'no.yaml', env: { TOCSIN_CONFIG: 'no.yaml' } };
    expect(await problemsOf({}, handedOn)).toMatchObject([{ expected: 'the file that TOCSIN_CONFIG names' }]);
    expect(await problemsOf({}, { configPath: '.' })).toMatchObject([{ found: 'a folder' }]);
  });

  it('is refused where it is no UTF-8', async () => {
    await writeFile(join(cwd, 'tocsin.yaml'), Buffer.from([0x61, 0xff, 0xfe]));
    expect(await problemsOf({})).toMatchObject([{ found: 'bytes that are no UTF-8' }]);
  });
});

describe('all problems', () => {
  it('of all files and the environment come at once', async () => {
    const problems = await problemsOf(
      {
        'tocsin.yaml': 'servr: {}\nroutes:\n  - { name: a, channels: [ghost] }\n',
        'config/alert_routing_policy.yml': 'routing:\n  - actions: { notify: [b], auto_incident: "true" }\n',
        '.env': '# limits\nRATE_LIMIT_MAX=abc\n',
      },
      { env: { LOG_LEVEL: 'loud' } },
    );
    const policy = 'config/alert_routing_policy.yml';
    expect(problems.map(({ file, line, key }) => [file, line, key])).toEqual([
      ['tocsin.yaml', 1, 'servr'],
      ['tocsin.yaml', 3, 'routes[0].channels[0]'],
      [policy, 2, 'routing[0].actions.auto_incident'],
      [policy, 2, 'routing[0].actions.notify[0]'],
      ['environment', null, 'LOG_LEVEL'],
      ['.env', 2, 'RATE_LIMIT_MAX'],
    ]);
  });

  it('are one VALIDATION_ERROR whose message a person can act on', async () => {
    const error = await load({ 'tocsin.yaml': 'server:\n  public_metrics: "false"\n' }).catch(
      (caught: unknown) => caught,
    );
    expect(error).toBeInstanceOf(AppError);
    expect((error as AppError).message).toBe(
      [
        'One problem in the configuration:',
        '',
        'tocsin.yaml:2  server.public_metrics',
        '  found     "false"',
        '  expected  true or false',
        '  to do     remove the quotes',
      ].join('\n'),
    );
  });
});

describe('bad variables', () => {
  it.each([
    ['RATE_LIMIT_MAX', 'abc'],
    ['RATE_LIMIT_MAX', '0'],
    ['RATE_LIMIT_MAX', '1e3'],
    ['RATE_LIMIT_WINDOW', '5 minutes'],
    ['MONITORING_API_PORT', '70000'],
    ['MONITORING_API_HOST', 'http://x'],
    ['ALERTS_RETENTION_DAYS', '-1'],
    ['LOG_LEVEL', 'verbose'],
    ['LOG_REQUESTS', 'perhaps'],
    ['TELEGRAM_TOPIC_ID_ONCALL', 'seven'],
  ])('%s=%s is refused by name', async (key, value) => {
    const problems = await problemsOf({}, { env: { [key]: value } });
    expect(problems).toMatchObject([{ file: 'environment', line: null, key, found: JSON.stringify(value) }]);
  });

  it('and bad flags are refused', async () => {
    const problems = await problemsOf({}, { flags: { listen: 'nowhere', dsn: 'mysql://h/x' } });
    expect(problems).toMatchObject([
      { file: 'command line', key: '--dsn' },
      { file: 'command line', key: '--listen' },
    ]);
  });
});
