import { describe, expect, it } from 'vitest';
import { loadTestConfig } from '../../test/supervised.ts';
import { tocsinFileForm } from './file-form.ts';
import { tocsinSchema } from './schema/tocsin.ts';
import { validateFile } from './validate.ts';
import { readYaml } from './yaml-file.ts';

const read = (text: string) => validateFile(readYaml('tocsin.yaml', text, {}), tocsinSchema);

const check = (rest: string) =>
  read(`components:\n  - id: a\n    checks:\n      - { name: c, kind: tcp, host: h, port: 1, ${rest} }`);

describe('k_of_n', () => {
  it('is shown as it is read', async () => {
    const { data } = check('k_of_n: { k: 3, n: 5 }');
    const config = { ...(await loadTestConfig()), components: data?.components ?? [] };
    const shown = tocsinFileForm(config).components as { checks: object[] }[];
    expect(shown[0]?.checks[0]).toMatchObject({ k_of_n: { k: 3, n: 5 } });
  });

  it.each([
    ['k_of_n: { k: 3, n: 5 }', { k: 3, n: 5 }],
    ['k_of_n: { k: 100, n: 100 }', { k: 100, n: 100 }],
    ['k_of_n: { k: 1, n: 1 }, interval: on_demand', { k: 1, n: 1 }],
    ['retries: 0', null],
  ])('of %s is read', (text, kOfN) => {
    const { data, problems } = check(text);
    expect(problems).toEqual([]);
    expect(data?.components[0]?.checks[0]?.kOfN).toEqual(kOfN);
  });

  it.each([
    ['k: 6, n: 5', 'k', { found: '6', expected: 'at most n, 5' }],
    ['k: 0, n: 5', 'k', { found: '0', expected: 'at least 1' }],
    ['k: 3, n: 101', 'n', { found: '101', expected: 'at most 100' }],
    ['k: 3', 'n', { found: 'nothing', message: 'add "n"' }],
    ['n: 3', 'k', { found: 'nothing', message: 'add "k"' }],
    ['k: 1.5, n: 3', 'k', { expected: 'a whole number' }],
    ['k: 1, n: 3, m: 2', 'm', { expected: 'one of k, n' }],
  ])('of { %s } is refused at %s', (text, key, problem) => {
    expect(check(`k_of_n: { ${text} }`).problems).toMatchObject([
      { key: `components[0].checks[0].k_of_n.${key}`, ...problem },
    ]);
  });
});
