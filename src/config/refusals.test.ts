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

function tocsinProblems(text: string): Problem[] {
  const file = readYaml('tocsin.yaml', text, env);
  const { problems } = validateFile(file, tocsinSchema);
  return [...problems, ...(file.readable ? crossCheckTocsin(file) : [])];
}

function policyProblems(text: string, tocsinText = ''): Problem[] {
  const file = readYaml('policy.yml', text, env);
  const { problems } = validateFile(file, policySchema);
  return [...problems, ...(file.readable ? crossCheckPolicy(file, readYaml('t', tocsinText, env)) : [])];
}

type Row = [name: string, text: string, line: number, key: string, rest: Partial<Problem>];

const http = (rest: string) =>
  `components:\n  - id: a\n    checks:\n      - { name: c, kind: http, url: "http://h", ${rest} }`;
const check = 'components[0].checks[0]';

const rows: Row[] = [
  // Keys
  [
    'an unknown key',
    '\ncomponent: []',
    2,
    'component',
    { found: 'the key "component"', message: 'did you mean "components"?' },
  ],
  [
    'an unknown key far from all',
    'zzzzzz: 1',
    1,
    'zzzzzz',
    { message: 'remove it, or see what is expected' },
  ],
  [
    'a misspelt key in a check',
    http('\n          failures_to_dwon: 3'),
    5,
    `${check}.failures_to_dwon`,
    { message: 'did you mean "failures_to_down"?' },
  ],
  [
    'a missing key',
    'routes:\n  - channels: []',
    2,
    'routes[0].name',
    { found: 'nothing', expected: 'a text', message: 'add "name"' },
  ],
  [
    'a key without a value',
    'components:\n  - id: a\n    name:\n',
    3,
    'components[0].name',
    { found: 'nothing' },
  ],
  [
    'a window',
    'components:\n  - id: a\n    window: { window: 5m }',
    3,
    'components[0].window',
    { message: 'this version does not serve this key yet: remove it' },
  ],
  [
    'artifacts in retention',
    'retention:\n  artifacts: { age: 30d }',
    2,
    'retention.artifacts',
    { message: /does not serve/ as never },
  ],
  [
    'a maintenance window',
    'maintenance:\n  - { name: weekly }',
    2,
    'maintenance',
    { expected: 'an empty list', message: 'this version does not serve these entries yet: remove them' },
  ],
  ['a silence', 'silences: [1]', 1, 'silences', { found: 'a list of 1' }],
  // Types
  [
    'a quoted false',
    'server: { public_metrics: "false" }',
    1,
    'server.public_metrics',
    { found: '"false"', expected: 'true or false', message: 'remove the quotes' },
  ],
  [
    'yes for true',
    'server:\n  public_metrics: yes',
    2,
    'server.public_metrics',
    { found: '"yes"', message: 'write true' },
  ],
  [
    'a quoted number',
    http('retries: "3"'),
    4,
    `${check}.retries`,
    { expected: 'a number', message: 'remove the quotes' },
  ],
  ['half a try', http('retries: 1.5'), 4, `${check}.retries`, { found: '1.5', expected: 'a whole number' }],
  ['too many tries', http('retries: 11'), 4, `${check}.retries`, { found: '11', expected: 'at most 10' }],
  [
    'a number for a name',
    'routes: [{ name: 5, channels: [] }]',
    1,
    'routes[0].name',
    { message: 'put it in quotes: "5"' },
  ],
  [
    'a text for a list',
    'routes:\n  - name: a\n    channels: ops',
    3,
    'routes[0].channels',
    { expected: 'a list', message: 'put it in brackets: [ … ]' },
  ],
  [
    'a list for a map',
    'channels: []',
    1,
    'channels',
    { found: 'an empty list', expected: 'a map of keys and values' },
  ],
  ['a text for the whole', 'hello', 1, '', { found: '"hello"', expected: 'a map of keys and values' }],
  [
    'not a number',
    http('cache_seconds: .nan'),
    4,
    `${check}.cache_seconds`,
    { found: 'NaN', expected: 'a number' },
  ],
  // Values
  [
    'a duration without a unit',
    http('interval: 10'),
    4,
    `${check}.interval`,
    { found: '10', message: 'add a unit, such as 10s' },
  ],
  [
    'a duration in words',
    'sources:\n  a@b: 5 minutes',
    2,
    'sources.a@b',
    {
      found: '"5 minutes"',
      expected: 'a duration such as 500ms, 30s, 5m, 1h30m or 90d',
    },
  ],
  [
    'an interval that floods',
    http('interval: 1ms'),
    4,
    `${check}.interval`,
    { expected: /at least 100ms/ as never },
  ],
  [
    'a delay that no timer can wait',
    http('timeout: 30d'),
    4,
    `${check}.timeout`,
    { expected: /at most/ as never },
  ],
  [
    'a retention of minutes',
    'retention: { alerts: 90m, runs: 5m }',
    1,
    'retention.runs',
    { expected: /at least 3600000ms/ as never },
  ],
  [
    'an address without a port',
    'server: { listen: localhost }',
    1,
    'server.listen',
    { expected: 'an address such as 127.0.0.1:8923 or [::1]:8923' },
  ],
  [
    'an unknown severity',
    'routes:\n  - { name: a, channels: [], match: { severity: [P0,\n      P9] } }',
    3,
    'routes[0].match.severity[1]',
    { expected: 'one of P0, P1, P2, P3, INFO' },
  ],
  [
    'an unknown check kind',
    'components:\n  - id: a\n    checks:\n      - name: x\n        kind: htp',
    5,
    'components[0].checks[0].kind',
    { expected: 'one of http, tcp, command', message: 'did you mean "http"?' },
  ],
  [
    'a check kind to come',
    'components: [{ id: a, checks: [{ name: x, kind: redis }] }]',
    1,
    'components[0].checks[0].kind',
    { message: 'this version does not serve the kind redis yet' },
  ],
  [
    'a channel type to come',
    'channels:\n  a: { type: slack }',
    2,
    'channels.a.type',
    { message: 'this version does not serve the type slack yet' },
  ],
  [
    'a check without a kind',
    'components:\n  - id: a\n    checks: [{ name: x }]',
    3,
    'components[0].checks[0].kind',
    { found: 'nothing' },
  ],
  [
    'another scheme',
    http('method: GET').replace('http://h', 'ftp://h'),
    4,
    `${check}.url`,
    { expected: 'a URL that begins with http:// or https://' },
  ],
  [
    'a header that splits',
    http('headers: { x-a: "1\\r\\nx: 2" }'),
    4,
    `${check}.headers.x-a`,
    { expected: 'one line of text' },
  ],
  [
    'a header with a space',
    http('headers: { "x a": "1" }'),
    4,
    `${check}.headers.x a`,
    { expected: 'the name of an HTTP header' },
  ],
  ['an id with a slash', 'components: [{ id: a/b }]', 1, 'components[0].id', { found: '"a/b"' }],
  [
    'an empty command',
    'components: [{ id: a, checks: [{ name: c, kind: command, command: [] }] }]',
    1,
    `${check}.command`,
    { expected: 'at least 1 entry' },
  ],
  [
    'a senseless condition',
    http('\n          conditions: ["status == 200",\n          "latency < potato"]'),
    6,
    `${check}.conditions[1]`,
    { found: '"latency < potato"', message: /position \d+/ as never },
  ],
  [
    'a condition of another kind',
    'components: [{ id: a, checks: [{ name: c, kind: tcp, host: h, port: 1, degraded: ["status == 200"] }] }]',
    1,
    `${check}.degraded[0]`,
    { message: 'a tcp check knows latency, and not status' },
  ],
  // Between parts
  [
    'an unknown channel',
    'channels: { ops-hook: { type: log } }\nroutes:\n  - { name: a, channels: [ops_hok] }',
    3,
    'routes[0].channels[0]',
    { found: 'the unknown channel "ops_hok"', message: 'did you mean "ops-hook"?' },
  ],
  [
    'a channel where there is none',
    'routes: [{ name: a, channels: [x] }]',
    1,
    'routes[0].channels[0]',
    { expected: 'a channel, and none is configured' },
  ],
  [
    'an unknown alert kind',
    'routes: [{ name: a, channels: [], match: { kind: [dsik] } }]',
    1,
    'routes[0].match.kind[0]',
    { message: 'did you mean "disk"?' },
  ],
  [
    'a component twice',
    'components:\n  - id: a\n  - id: b\n  - id: a',
    4,
    'components[2].id',
    { message: 'the first one is on line 2: rename or remove one' },
  ],
  [
    'a route twice',
    'routes:\n  - { name: a, channels: [] }\n  - { name: a, channels: [] }',
    3,
    'routes[1].name',
    {},
  ],
  [
    'a check twice',
    `${http('retries: 0')}\n      - { name: c, kind: tcp, host: h, port: 1 }`,
    5,
    'components[0].checks[1].name',
    {},
  ],
  [
    'an unknown upstream',
    'components:\n  - id: postgres\n  - id: a\n    depends_on:\n      - postgress',
    5,
    'components[1].depends_on[0]',
    { message: 'did you mean "postgres"?' },
  ],
  [
    'a component that needs itself',
    'components:\n  - id: a\n    depends_on: [a]',
    3,
    'components[0].depends_on',
    { found: 'a circle: a → a' },
  ],
  [
    'a circle',
    'components:\n  - { id: a, depends_on: [b] }\n  - { id: b, depends_on: [c] }\n  - { id: c, depends_on: [b] }',
    3,
    'components[1].depends_on',
    { found: 'a circle: b → c → b' },
  ],
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

function isPattern(value: unknown): value is RegExp {
  return value instanceof RegExp;
}

describe('tocsin.yaml is refused for', () => {
  it.each(rows)('%s', (_, text, line, key, rest) => {
    const expected = Object.fromEntries(
      Object.entries(rest).map(([field, value]) => [
        field,
        isPattern(value) ? expect.stringMatching(value) : value,
      ]),
    );
    const problems = tocsinProblems(text);
    expect(problems[0]).toMatchObject({ file: 'tocsin.yaml', line, key, ...expected });
    expect(problems.filter((problem) => problem.key === key)).toHaveLength(1);
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

describe('alert_routing_policy.yml is refused for', () => {
  it.each<Row>([
    [
      'an unknown route',
      'routing:\n  - actions:\n      notify: [urgnt]',
      3,
      'routing[0].actions.notify[0]',
      { message: 'did you mean "urgent"?' },
    ],
    [
      'an unknown kind',
      'routing:\n  - match: { kind_in: [oom, om] }',
      2,
      'routing[0].match.kind_in[1]',
      { message: 'did you mean "oom"?' },
    ],
    ['a rule twice', 'routing:\n  - name: a\n  - name: a', 3, 'routing[1].name', {}],
    [
      'an unknown action',
      'routing:\n  - actions: { auto_incidnt: true }',
      2,
      'routing[0].actions.auto_incidnt',
      { message: 'did you mean "auto_incident"?' },
    ],
    [
      'a quoted number',
      'defaults:\n  max_attempts: "5"',
      2,
      'defaults.max_attempts',
      { message: 'remove the quotes' },
    ],
    [
      'a mode of its own',
      'defaults: { llm_mode: maybe }',
      1,
      'defaults.llm_mode',
      { expected: 'one of off, local, remote' },
    ],
    ['no attempts', 'defaults: { max_attempts: 0 }', 1, 'defaults.max_attempts', { expected: 'at least 1' }],
  ])('%s', (_, text, line, key, rest) => {
    const problems = policyProblems(text, 'routes: [{ name: urgent, channels: [] }]');
    expect(problems).toMatchObject([{ file: 'policy.yml', line, key, ...rest }]);
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
