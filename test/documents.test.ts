import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { manifest } from '../src/cli/manifest.ts';
import { environmentNames, loadConfig } from '../src/config/index.ts';

const root = join(import.meta.dirname, '..');
const documents = [
  'README.md',
  'AGENTS.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'sdk/README.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];
/** Commands that no action makes. */
const handMade = [
  'serve',
  'migrate',
  'backup',
  'restore',
  'db check',
  'state export',
  'state import',
  'state resume',
  'replay',
  'run',
  'runs logs',
  'explain',
  'config check',
  'config show',
  'config schema',
  'render-crontab',
  'import-file-cache',
  'webhooks try',
];
/** Variables of the tour, of tasks and of the tests, which Tocsin's server does not read, and codes of the SDK. */
const otherNames = [
  'TOCSIN_URL',
  'TOCSIN_TOKEN',
  'CRON_TZ',
  'TOCSIN_RUN_ID',
  'TOCSIN_TASK',
  'TOCSIN_ARTIFACTS_DIR',
  'TOCSIN_PAYLOAD_PATH',
  'HOOK_SECRET',
  'WATCHDOG_URL',
  'METRICS_PORT',
  'POSTGRES_PASSWORD',
  'BILLING_SECRET',
  'PATH',
  'PWD',
  'TOKEN_ID',
  'SILENCE_ID',
  'NOT_CONFIGURED',
  'BAD_ANSWER',
];

/** Who hears of failures: where nobody does, jobs are refused. */
const somebody = 'channels: { out: { type: log } }\nroutes: [{ name: all, channels: [out] }]\n';

/** Where a block goes by the word behind its language. */
const places: Readonly<Record<string, string>> = {
  policy: 'config/alert_routing_policy.yml',
  escalation: 'config/incident_escalation_policy.yml',
  jobs: 'automation/jobs.yaml',
};

const readDocument = (path: string) => readFileSync(join(root, path), 'utf8');

/** Answers the texts between backticks on one line. */
function codeWords(text: string): string[] {
  return [...text.matchAll(/`([^`\n]+)`/g)].map((match) => match[1] ?? '');
}

/** Answers the fenced blocks of a language, and what follows its name. */
function fences(text: string, language: string): { note: string; body: string }[] {
  return [...text.matchAll(new RegExp(`^\`\`\`${language}( .*)?\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(
    (match) => ({
      note: (match[1] ?? '').trim(),
      body: match[2] ?? '',
    }),
  );
}

describe.each(documents)('%s', (path) => {
  const text = readDocument(path);

  it('names only files that are there', () => {
    const paths = codeWords(text).filter((word) =>
      /^(src|docs|test|scripts|examples|config|schemas|bench|demo|deploy|sdk)\/[\w./-]+$/.test(word),
    );
    const links = [...text.matchAll(/\]\(([^)#:]+)\)/g)].map((match) => join(dirname(path), match[1] ?? ''));
    expect([...paths, ...links].filter((found) => !existsSync(join(root, found)))).toEqual([]);
  });

  it('names only commands that there are', () => {
    const known = [...manifest.map(({ command }) => command), ...handMade];
    const said = [...text.matchAll(/(?:bin\/|`)tocsin ([a-z][a-z -]*)/g)].map(
      (match) => `${match[1]?.trim()} `,
    );
    expect(said.filter((words) => !known.some((command) => words.startsWith(`${command} `)))).toEqual([]);
  });

  it('names only environment variables that are read', () => {
    const known = [...environmentNames.map(({ name }) => name), ...otherNames];
    const said = [...text.matchAll(/\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b/g)].map((match) => match[0]);
    const templates = environmentNames
      .filter(({ name }) => name.includes('<'))
      .map(({ name }) => name.split('<')[0] ?? '');
    const codes = readDocument('docs/errors.md');
    const strange = said.filter(
      (name) =>
        !known.includes(name) &&
        !templates.some((start) => name.startsWith(start) || start === `${name}_`) &&
        !codes.includes(name),
    );
    expect(strange).toEqual([]);
  });

  it('shows only configuration that is taken', async () => {
    for (const { note, body } of fences(text, 'yaml')) {
      const folder = await mkdtemp(join(tmpdir(), 'tocsin-document-'));
      onTestFinished(() => rm(folder, { recursive: true, force: true }));
      await mkdir(join(folder, 'config'));
      await mkdir(join(folder, 'automation'));
      if (note === 'jobs') await writeFile(join(folder, 'tocsin.yaml'), somebody);
      const name = places[note] ?? 'tocsin.yaml';
      await writeFile(join(folder, name), body);
      await expect(loadConfig({ cwd: folder, env: {} })).resolves.toBeDefined();
    }
  });
});
