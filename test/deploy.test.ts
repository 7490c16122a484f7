import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { environmentNames, loadConfig } from '../src/config/index.ts';

const root = join(import.meta.dirname, '..');
const deploy = join(root, 'deploy');
const read = (path: string) => readFileSync(join(deploy, path), 'utf8');
/** Names that are not Tocsin's own: of PostgreSQL's image. */
const names = [
  ...environmentNames.map(({ name }) => name),
  'POSTGRES_USER',
  'POSTGRES_DB',
  'POSTGRES_PASSWORD',
];

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tocsin-deploy-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
});

async function expectConfig(text: string): Promise<void> {
  writeFileSync(join(folder, 'tocsin.yaml'), text);
  await expect(loadConfig({ cwd: folder, env: {} })).resolves.toBeDefined();
}

/** Answers the values of a unit by key, in order. */
function readUnit(text: string): Map<string, string[]> {
  const values = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const [, key, value] = /^(\w+)=(.*)$/.exec(line) ?? [];
    if (key !== undefined) values.set(key, [...(values.get(key) ?? []), value ?? '']);
  }
  return values;
}

describe('the unit', () => {
  const text = read('systemd/tocsin.service');
  const unit = readUnit(text);

  it.each([
    ['Type', 'notify'],
    ['NotifyAccess', 'all'],
    ['User', 'tocsin'],
    ['EnvironmentFile', '/etc/tocsin/.env'],
    ['NoNewPrivileges', 'yes'],
    ['PrivateTmp', 'yes'],
    ['ProtectSystem', 'strict'],
    ['ProtectHome', 'yes'],
    ['StateDirectory', 'tocsin'],
    ['CapabilityBoundingSet', ''],
    ['Restart', 'on-failure'],
    ['StartLimitBurst', '5'],
    ['StartLimitIntervalSec', '60'],
  ])('says %s=%s', (key, value) => {
    expect(unit.get(key)).toEqual([value]);
  });

  it('starts again for as long as it takes: the pace stays within the limit', () => {
    const number = (key: string) => Number(unit.get(key)?.[0]);
    expect(number('RestartSec') * number('StartLimitBurst')).toBeGreaterThanOrEqual(
      number('StartLimitIntervalSec'),
    );
    expect(unit.get('RestartPreventExitStatus')).toEqual(['2']);
  });

  it('runs programs of the repository, where the installer puts them', () => {
    const programs = ['ExecStart', 'ExecStartPre'].map((key) => unit.get(key)?.[0]?.split(' ')[0] ?? '');
    for (const program of programs) {
      expect(program).toMatch(/^\/opt\/tocsin\//);
      expect(statSync(program.replace('/opt/tocsin', root)).mode & 0o111).toBe(0o111);
    }
    expect(unit.get('ExecStart')).toEqual(['/opt/tocsin/bin/tocsin serve']);
    expect(read('install.sh')).toContain('program=$root/opt/tocsin\n');
  });

  it('is understood by systemd, where there is one', () => {
    const path = join(folder, 'tocsin.service');
    writeFileSync(path, text.replaceAll('/opt/tocsin', root));
    const { error, status, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', path], {
      encoding: 'utf8',
    });
    if (error === undefined) expect([status, stderr]).toEqual([0, '']);
    else expect(error).toMatchObject({ code: 'ENOENT' });
  });
});

describe('the file of secrets', () => {
  const check = (path: string) =>
    spawnSync(join(deploy, 'systemd/check-env-file'), [path], { encoding: 'utf8' });

  it.each([
    [0o640, 0],
    [0o600, 0],
    [0o440, 0],
    [0o644, 1],
    [0o660, 1],
    [0o641, 1],
  ])('of mode %o ends the check with %d', (mode, status) => {
    const path = join(folder, '.env');
    writeFileSync(path, '');
    chmodSync(path, mode);
    expect(check(path)).toMatchObject({
      status,
      stderr: status === 0 ? '' : expect.stringContaining('chmod 0640'),
    });
  });

  it('must be there', () => {
    expect(check(join(folder, '.env'))).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('is not there'),
    });
  });
});

describe('the installer', () => {
  /** Makes the sources of a Tocsin without packages, and with what must not be installed. */
  function makeSource(): string {
    const source = join(folder, 'source');
    mkdirSync(join(source, 'bin'), { recursive: true });
    writeFileSync(join(source, 'bin/tocsin'), '#!/bin/sh\n', { mode: 0o755 });
    const project = { name: 'tocsin', version: '0.1.0' };
    writeFileSync(join(source, 'package.json'), JSON.stringify(project));
    const lock = { ...project, lockfileVersion: 3, requires: true, packages: { '': project } };
    writeFileSync(join(source, 'package-lock.json'), JSON.stringify(lock));
    cpSync(deploy, join(source, 'deploy'), { recursive: true });
    for (const [path, text] of [
      ['.env', 'SECRET=1'],
      ['data/tocsin.db', 'x'],
      ['.git/HEAD', 'x'],
    ] as const) {
      mkdirSync(dirname(join(source, path)), { recursive: true });
      writeFileSync(join(source, path), text);
    }
    return source;
  }
  const target = () => join(folder, 'root');
  const modeOf = (path: string) => (statSync(join(target(), path)).mode & 0o777).toString(8);

  it('puts everything in place, keeps what the operator changed, and takes itself away again', async () => {
    const source = makeSource();
    const install = (...args: string[]) =>
      execFileSync(join(source, 'deploy/install.sh'), ['--root', target(), ...args], { encoding: 'utf8' });
    install();
    expect(readdirSync(join(target(), 'opt'))).toEqual(['tocsin']);
    expect(readdirSync(join(target(), 'opt/tocsin'))).not.toContain('.env');
    expect(existsSync(join(target(), 'opt/tocsin/data'))).toBe(false);
    expect(['etc/tocsin/.env', 'etc/tocsin', 'var/lib/tocsin'].map(modeOf)).toEqual(['640', '750', '700']);
    const unit = join(target(), 'etc/systemd/system/tocsin.service');
    expect(readFileSync(unit, 'utf8')).toBe(read('systemd/tocsin.service'));
    const env = readFileSync(join(target(), 'etc/tocsin/.env'), 'utf8');
    expect(
      [...env.matchAll(/^(\w+)=/gm)].map(([, name]) => name).filter((name) => !names.includes(name ?? '')),
    ).toEqual([]);
    await expectConfig(readFileSync(join(target(), 'etc/tocsin/tocsin.yaml'), 'utf8'));

    writeFileSync(join(target(), 'etc/tocsin/.env'), 'LOG_LEVEL=warn\n');
    writeFileSync(join(target(), 'opt/tocsin/left-over'), '');
    const script = readFileSync(join(source, 'deploy/install.sh'));
    execFileSync('sh', ['-s', '--', '--source', source, '--root', target()], { input: script });
    expect(readFileSync(join(target(), 'etc/tocsin/.env'), 'utf8')).toBe('LOG_LEVEL=warn\n');
    expect(existsSync(join(target(), 'opt/tocsin/left-over'))).toBe(false);

    install('--uninstall');
    expect(existsSync(unit)).toBe(false);
    expect(existsSync(join(target(), 'opt/tocsin'))).toBe(false);
    expect(existsSync(join(target(), 'etc/tocsin/.env'))).toBe(true);
    install('--uninstall', '--purge');
    expect(existsSync(join(target(), 'etc/tocsin'))).toBe(false);
    expect(existsSync(join(target(), 'var/lib/tocsin'))).toBe(false);
  });

  it.each([
    [['--what'], 'unknown: --what'],
    [['--root'], '--root needs a value'],
    [['--root', '/nowhere', '--source', '/etc'], '/etc holds no Tocsin'],
  ])('refuses %j', (args, said) => {
    const { status, stderr } = spawnSync(join(deploy, 'install.sh'), args, { encoding: 'utf8' });
    expect([status, stderr]).toEqual([1, expect.stringContaining(said)]);
  });
});

describe('the image', () => {
  const lines = read('Dockerfile').split('\n');
  const copied = lines
    .filter((line) => line.startsWith('COPY '))
    .map((line) => line.slice('COPY '.length).split(' '));

  it('holds all that Tocsin needs to run', () => {
    for (const words of copied) {
      const to = words.pop() ?? '';
      for (const path of words) {
        const place = to.endsWith('/') ? join(folder, to, path.split('/').pop() ?? '') : join(folder, to);
        cpSync(join(root, path), place, { recursive: true });
      }
    }
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    const ran = spawnSync(join(folder, 'bin/tocsin'), ['migrate', '--status'], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect(ran).toMatchObject({ status: 0, stderr: '' });
  });

  it('has what npm runs after an install before it installs', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const before = lines.slice(
      0,
      lines.findIndex((line) => line.startsWith('RUN npm ci')),
    );
    const run: string[] = scripts.prepare.match(/[\w./-]+\.mjs/g);
    expect(
      run.filter((path) => !before.some((line) => line.startsWith('COPY ') && line.includes(path))),
    ).toEqual([]);
  });

  it('is built from nothing that is ignored', () => {
    const ignored = read('Dockerfile.dockerignore').split('\n');
    const paths = copied.flatMap((words) => words.slice(0, -1));
    expect(paths.filter((path) => !ignored.includes(`!${path}`))).toEqual([]);
    expect(lines).toContain('ENTRYPOINT ["tini", "--", "/opt/tocsin/bin/tocsin"]');
  });

  it('names only variables that are read', () => {
    const said = lines
      .filter((line) => line.startsWith('ENV '))
      .flatMap((line) => line.match(/\b[A-Z_]+(?==)/g));
    expect(said.filter((name) => !names.includes(name ?? ''))).toEqual([]);
  });
});

type Service = {
  build?: { context: string; dockerfile: string };
  environment?: Record<string, string>;
  volumes?: string[];
  depends_on?: Record<string, unknown>;
};

describe('the compose file', () => {
  const { services, volumes } = parse(read('compose.yaml')) as {
    services: Record<string, Service>;
    volumes: Record<string, null>;
  };

  it.each(Object.entries(services))('has %s with what there is', (_, service) => {
    expect(Object.keys(service.environment ?? {}).filter((name) => !names.includes(name))).toEqual([]);
    expect(Object.keys(service.depends_on ?? {}).filter((name) => !services[name])).toEqual([]);
    for (const volume of service.volumes ?? []) {
      const [from = ''] = volume.split(':');
      expect(from.startsWith('./') ? existsSync(join(deploy, from)) : from in volumes, from).toBe(true);
    }
    if (service.build)
      expect(existsSync(join(deploy, service.build.context, service.build.dockerfile))).toBe(true);
  });

  it('gives Tocsin the addresses of its services', async () => {
    const { environment = {} } = services.tocsin ?? {};
    const env = {
      ...environment,
      ALERT_DATABASE_URL: environment.ALERT_DATABASE_URL?.replace(/\$\{.*?\}/, 'p'),
    };
    const { store, redis } = await loadConfig({
      cwd: deploy,
      env: { ...env, TOCSIN_CONFIG: 'config/tocsin.yaml' },
    });
    const hosts = [store.backend === 'postgres' ? store.dsn : '', redis?.url ?? ''].map(
      (url) => new URL(url).hostname,
    );
    expect(hosts.filter((host) => !services[host])).toEqual([]);
  });

  it('comes with a configuration that is taken', async () => {
    await expectConfig(read('config/tocsin.yaml'));
  });
});

describe('the manifest for Kubernetes', () => {
  const documents = parseAllDocuments(read('kubernetes.yaml')).map((document) => document.toJS());
  const find = (kind: string) => documents.find((document) => document.kind === kind);
  const sets = documents
    .filter(({ kind }) => kind === 'StatefulSet')
    .map(({ metadata, spec }) => [metadata.name, spec, spec.template.spec] as const);
  const settings = parse(find('ConfigMap').data['tocsin.yaml']);

  it('lets requests in to those who answer them, with a configuration that is taken', async () => {
    expect(sets.map(([name]) => name)).toEqual(['tocsin', 'tocsin-worker']);
    expect(find('Service').spec.selector).toEqual(sets[0]?.[1].template.metadata.labels);
    await expectConfig(find('ConfigMap').data['tocsin.yaml']);
  });

  it.each(sets)('fits together in %s', (_, spec, pod) => {
    const [container] = pod.containers;
    expect(spec.selector.matchLabels).toEqual(spec.template.metadata.labels);
    const kept = [
      ...pod.volumes,
      ...spec.volumeClaimTemplates.map((claim: { metadata: object }) => claim.metadata),
    ];
    const mounted = container.volumeMounts.map(({ name }: { name: string }) => name);
    expect(mounted).toEqual(expect.arrayContaining(kept.map(({ name }: { name: string }) => name)));
    expect(pod.volumes[0].configMap.name).toBe(find('ConfigMap').metadata.name);
  });

  it.each(sets)(
    'names only variables that are read, and addresses that are answered, in %s',
    (_, spec, pod) => {
      const [container] = pod.containers;
      const said = container.env.map(({ name }: { name: string }) => name);
      expect(said.filter((name: string) => !names.includes(name))).toEqual([]);
      const routes = readFileSync(join(root, 'src/http/routes/self-health.ts'), 'utf8');
      const ports = Object.fromEntries(
        container.ports.map((port: { name: string; containerPort: number }) => [
          port.name,
          port.containerPort,
        ]),
      );
      const answers: number[] = container.args.includes('worker') ? [] : [8923];
      const scraped = Number(/:(\d+)$/.exec(settings.server.metrics_listen)?.[1]);
      expect(Object.values(ports)).toEqual([...answers, scraped]);
      for (const probe of ['livenessProbe', 'readinessProbe']) {
        expect(routes).toContain(`'${container[probe].httpGet.path}'`);
        expect(ports[container[probe].httpGet.port]).toBeDefined();
      }
      expect(spec.template.metadata.annotations).toMatchObject({
        'prometheus.io/port': String(scraped),
        'prometheus.io/path': '/metrics',
      });
    },
  );

  it.each(sets)('runs %s as the user of the image, without any right to more', (_name, _spec, pod) => {
    const [container] = pod.containers;
    expect(read('Dockerfile')).toContain(`--uid ${pod.securityContext.runAsUser} `);
    expect(container.securityContext).toMatchObject({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
    });
  });
});
