import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { builtInEscalation } from './built-in-policy.ts';
import { escalationFileForm } from './file-form.ts';
import { loadConfig } from './load.ts';

const path = 'config/incident_escalation_policy.yml';

async function load(text: string) {
  const cwd = await mkdtemp(join(tmpdir(), 'tocsin-config-'));
  onTestFinished(() => rm(cwd, { recursive: true, force: true }));
  await mkdir(dirname(join(cwd, path)), { recursive: true });
  await writeFile(join(cwd, path), text);
  return loadConfig({ cwd, env: {}, isTerminal: false });
}

describe('the escalation policy', () => {
  it('that ships as a file equals the built-in one', async () => {
    const shipped = await readFile(resolve(path), 'utf8');
    const config = await load(shipped);
    expect(config.files).toHaveLength(1);
    expect(config.escalation).toEqual(builtInEscalation());
    expect(parse(shipped)).toEqual(escalationFileForm(builtInEscalation()));
  });

  it('without rules keeps the built-in ones, and an empty list means none', async () => {
    const kept = await load('defaults: { auto_close: true, no_alerts_minutes: 5 }');
    expect(kept.escalation.rules).toEqual(builtInEscalation().rules);
    expect(kept.escalation.defaults).toEqual({ noAlertsMs: 300_000, autoClose: true, severityCap: 'P0' });
    expect((await load('escalation: []')).escalation.rules).toEqual([]);
  });

  it('may leave out a number and the follow-up', async () => {
    const rule = '{ name: a, from: P3, to: P2, when: { triage_count_24h: 2 } }';
    const { escalation } = await load(`escalation: [${rule}]`);
    const numbers = { occurrences60m: null, triageCount24h: 2 };
    expect(escalation.rules).toEqual([{ name: 'a', from: 'P3', to: 'P2', ...numbers, followup: null }]);
  });
});
