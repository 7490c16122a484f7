import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { builtInIntelligence, intelligenceFileForm } from './intelligence.ts';
import { loadConfig } from './load.ts';

const path = 'config/incident_intelligence_policy.yml';

/** Loads a folder whose policy of intelligence has the text; null: it has none. */
async function load(text: string | null) {
  const cwd = await mkdtemp(join(tmpdir(), 'tocsin-intelligence-'));
  onTestFinished(() => rm(cwd, { recursive: true, force: true }));
  await mkdir(join(cwd, 'config'));
  if (text !== null) await writeFile(join(cwd, path), text);
  return loadConfig({ cwd, env: {}, isTerminal: false });
}

it('the policy that ships as a file equals the built-in one', async () => {
  const shipped = await readFile(resolve(path), 'utf8');
  expect((await load(shipped)).intelligence).toEqual(builtInIntelligence());
  expect((await load(null)).intelligence).toEqual(builtInIntelligence());
  expect(parse(shipped)).toEqual(intelligenceFileForm(builtInIntelligence()));
});

it.each([
  ['digest: { route: nobody }', 'digest.route'],
  ['digest: { time: "24:00" }', 'digest.time'],
  ['digest: { weekday: MONDAY }', 'digest.weekday'],
  ['recurrence: { signature: { warn: 7 } }', 'recurrence.signature'],
  ['correlation: { topp: 3 }', 'correlation.topp'],
])('with %s it is refused, with its place', async (text, key) => {
  const error = await load(text).catch((error: unknown) => error);
  expect(error).toMatchObject({ details: { problems: [{ file: path, line: 1, key }] } });
});
