// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these texts are variables as YAML files write them.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crossCheckPolicy, crossCheckTocsin } from './cross-check.ts';
import { configError, findProblems, formatProblems, type Problem } from './problem.ts';
import { policySchema } from './schema/policy.ts';
import { tocsinSchema } from './schema/tocsin.ts';
import { validateFile } from './validate.ts';
import { readYaml } from './yaml-file.ts';

const env = { SET: 'value', PORT: '8080', FLAG: 'true', EMPTY: '', HIDDEN: 'hunter2' };

function tocsinProblems(text: string): readonly Problem[] {
  const file = readYaml('tocsin.yaml', text, env);
  const { problems } = validateFile(file, tocsinSchema);
  return file.readable ? [...problems, ...crossCheckTocsin(file)] : problems;
}

function policyProblems(text: string): readonly Problem[] {
  const file = readYaml('policy.yml', text, env);
  const { problems } = validateFile(file, policySchema);
  return file.readable ? [...problems, ...crossCheckPolicy(file, file)] : problems;
}

type Row = [name: string, text: string, line: number, key: string, rest: Partial<Problem>];

const rows: Row[] = [
  // Variables
  [
    'a missing variable',
    'server:\n  public_url: "${NOT_SET}"',
    2,
    'server.public_url',
    { found: '${NOT_SET}, which is not set', expected: 'the environment variable NOT_SET' },
  ],
  [
    'a variable that is not closed',
    'server:\n  public_url: "${SET"',
    2,
    'server.public_url',
    { expected: '${NAME} or ${NAME:-default}' },
  ],
  [
    'a variable that is no number',
    'server: { public_rate_limit: "${SET}" }',
    1,
    'server.public_rate_limit',
    { found: '${SET}, which is "value"', message: 'set the variable to such a value' },
  ],
  [
    'a bare variable in a flow map',
    'server: { public_url: ${SET} }',
    1,
    '',
    { message: 'inside { } and [ ] write variables in quotes: "${NAME}"' },
  ],
  // YAML
  ['a broken line', 'components:\n  - id: "a', 2, '', { expected: 'valid YAML' }],
  [
    'a key that stands twice',
    'server: {}\nroutes: []\nserver: {}',
    3,
    '',
    { message: 'this key stands twice in the same map: keep one of them' },
  ],
  ['a tab', 'server:\n\tlisten: x', 2, '', { message: 'indent with spaces, not with tabs' }],
  ['a merge key', 'server: &s {}\nnotify:\n  <<: *s', 3, '', { found: '<<' }],
  ['a merge key of YAML 1.1', '%YAML 1.1\n---\nserver: {}', 1, '', { found: '%YAML 1.1' }],
  ['a prototype', 'channels:\n  __proto__: { type: log }', 2, '', { found: '__proto__' }],
  [
    'two documents',
    'server: {}\n---\nserver: {}',
    2,
    '',
    { message: 'one document a file: remove the "---" line in the middle' },
  ],
  ['a tag', 'server: !ruby/object {}', 1, '', { expected: 'valid YAML' }],
  ['an alias of nothing', 'server: *s', 1, '', { found: '*s' }],
  ['a list as a key', '? [a, b]\n: 1', 1, '', { message: 'write the key as one word' }],
  ['bottomless nesting', `components: ${'['.repeat(20_000)}`, 1, '', { message: 'the nesting is too deep' }],
];

describe('tocsin.yaml is refused for', () => {
  it.each(rows)('%s', (_, text, line, key, rest) => {
    const problems = tocsinProblems(text);
    expect(problems.filter((problem) => problem.key === key)).toHaveLength(1);
    expect(problems[0]).toMatchObject({ file: 'tocsin.yaml', line, key, ...rest });
  });

  it('an alias bomb, without unfolding it', () => {
    const levels = Array.from(
      { length: 12 },
      (_, i) =>
        `  - &l${i} [${
          i === 0
            ? 'x'
            : Array(10)
                .fill(`*l${i - 1}`)
                .join(', ')
        }]`,
    );
    expect(tocsinProblems(`components:\n${levels.join('\n')}`)).toMatchObject([
      { found: 'aliases that unfold without end' },
    ]);
  });
});

describe('variables', () => {
  const value = (text: string) => readYaml('f', `a: ${JSON.stringify(text)}`, env).value;
  it.each([
    ['${SET}', 'value'],
    ['a ${SET} b ${PORT}', 'a value b 8080'],
    ['${NOT_SET:-x}', 'x'],
    ['${EMPTY:-x}', 'x'],
    ['${EMPTY}', ''],
    ['${NOT_SET:-}', ''],
    ['$${SET} $SET', '${SET} $SET'],
  ])('in %s make %j', (text, expected) => {
    expect(value(text)).toEqual({ a: expected });
  });

  it('stand for numbers and booleans where one is all there is', () => {
    const file = readYaml('f', 'server: { public_rate_limit: "${PORT}", public_metrics: "${FLAG}" }', env);
    expect(validateFile(file, tocsinSchema).data?.server).toMatchObject({
      publicRateLimitPerMinute: 8080,
      publicMetrics: true,
    });
  });

  it('are never put into keys, and never read from what they hold', () => {
    expect(readYaml('f', '"${SET}": "${X:-${SET}}"', env).problems).toMatchObject([]);
    expect(readYaml('f', 'a: "${A}"', { A: '${HIDDEN}' }).value).toEqual({ a: '${HIDDEN}' });
  });

  it('that are wrong do not show what they hold', () => {
    const text =
      'channels:\n  a: { type: webhook, url: "x://${HIDDEN}", secret: [1] }\n  b: { type: webhook, url: "ftp://u:hunter2@h", secret: "s" }';
    const shown = formatProblems(tocsinProblems(text));
    expect(shown).toContain('x://${HIDDEN}');
    expect(shown).not.toContain('hunter2');
  });
});

const seedText = `server: { listen: "127.0.0.1:1", public_metrics: false }
components:
  - &a
    id: api
    depends_on: [pg]
    checks:
      - { name: f, kind: http, url: "\${SET}", interval: 10s, conditions: ["status == 200"] }
  - id: pg
channels: { log: { type: log }, hook: { type: webhook, url: "http://h", headers: { a: b } } }
routes:
  - { name: r, match: { severity: [P0], labels: { a: b } }, channels: [log] }
sources: { a@b: 5m }
`;
const pieces = [
  '${',
  '}',
  '*a',
  '&b',
  '<<: *a',
  '__proto__: 1',
  '!!',
  '? ',
  '- ',
  '\n',
  '\t',
  '"',
  "'",
  '[',
  '{',
  ': ',
  '%YAML 1.1\n',
  '---\n',
  '0x1F',
  '.inf',
  '~',
  'null',
  '1e999',
  '\u0000',
  '\ud800',
  '|',
  '>-',
  '#',
  'constructor: {}',
  'toString',
];

describe('any text', () => {
  const edit = fc.record({
    at: fc.nat(seedText.length),
    remove: fc.nat(12),
    insert: fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 12 })),
  });
  it('is read or refused with problems that have a line, and nothing else happens', () => {
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 6 }), (edits) => {
        const text = edits.reduce(
          (all, { at, remove, insert }) => all.slice(0, at) + insert + all.slice(at + remove),
          seedText,
        );
        for (const problems of [tocsinProblems(text), policyProblems(text)]) {
          for (const problem of problems) expect(problem.line).toBeGreaterThan(0);
          expect(findProblems(configError(problems))).toHaveLength(problems.length);
        }
      }),
      { numRuns: 2000 },
    );
  }, 60_000);
});
