import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { useJobsFolder } from '../../test/jobs-folder.ts';
import { collectSecrets } from './secrets.ts';
import { showConfig } from './show.ts';

const { load, problemsOf } = useJobsFolder();
const written = 'metrics:\n  rows: { unit: rows, min: 0, whole: true }\n  ratio: { max: 1 }\n';

it('metrics of runs are declared with their bounds, and shown so that they can be read again', async () => {
  const config = await load({ 'tocsin.yaml': written }, { env: { METRICS_API_TOKEN: 'geheim-zahl' } });
  expect(config.metrics).toEqual({
    rows: { unit: 'rows', min: 0, max: null, isWhole: true },
    ratio: { unit: null, min: null, max: 1, isWhole: false },
  });
  expect(parse(showConfig(config)).metrics).toEqual({
    rows: { unit: 'rows', min: 0, whole: true },
    ratio: { max: 1, whole: false },
  });
  expect(showConfig(config)).not.toContain('geheim-zahl');
  expect(collectSecrets(config)).toContain('geheim-zahl');
});

it.each([
  ['a name that no metric has', 'metrics: { Rows: {} }', 'metrics.Rows', /small letters/],
  ['a known one', 'metrics: { cost_usd: { max: 5 } }', 'metrics.cost_usd', /known already/],
  ['an unknown key', 'metrics: { rows: { least: 1 } }', 'metrics.rows.least', /unit, min, max, whole/],
  ['a bound that is no number', 'metrics: { rows: { min: "0" } }', 'metrics.rows.min', /number/],
])('%s is refused', async (_, text, key, expected) => {
  expect(await problemsOf({ 'tocsin.yaml': `${text}\n` })).toMatchObject([
    { key, expected: expect.stringMatching(expected) },
  ]);
});
