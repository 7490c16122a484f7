import { describe, expect, it } from 'vitest';
import { crossCheckEscalation, crossCheckPolicy, crossCheckTocsin } from './cross-check.ts';
import type { Problem } from './problem.ts';
import { escalationSchema } from './schema/escalation.ts';
import { policySchema } from './schema/policy.ts';
import { validateFile } from './validate.ts';
import { readYaml } from './yaml-file.ts';

function tocsinProblems(text: string): readonly Problem[] {
  return crossCheckTocsin(readYaml('tocsin.yaml', text, {}));
}

function policyProblems(text: string, tocsinText: string): readonly Problem[] {
  const file = readYaml('policy.yml', text, {});
  return [
    ...validateFile(file, policySchema).problems,
    ...crossCheckPolicy(file, readYaml('t', tocsinText, {})),
  ];
}

type Row = [name: string, text: string, line: number, key: string, rest: Partial<Problem>];

const http = (rest: string) =>
  `components:\n  - id: a\n    checks:\n      - { name: c, kind: http, url: "http://h", ${rest} }`;

const rows: Row[] = [
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
    'an unknown channel of a step',
    'channels: { lead: { type: log } }\nnotify:\n  escalation:\n    - { after: 15m, channels: [leda] }',
    4,
    'notify.escalation[0].channels[0]',
    { found: 'the unknown channel "leda"', expected: 'one of lead', message: 'did you mean "lead"?' },
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
    'a silence twice',
    'silences:\n  - { name: a, match: { env: [x] } }\n  - { name: a, match: { env: [y] } }',
    3,
    'silences[1].name',
    {},
  ],
  ['a maintenance twice', 'maintenance:\n  - { name: a }\n  - { name: a }', 3, 'maintenance[1].name', {}],
  [
    'a maintenance of an unknown component',
    'components: [{ id: api }]\nmaintenance:\n  - { name: a, components: [apo] }',
    3,
    'maintenance[0].components[0]',
    { message: 'did you mean "api"?' },
  ],
  [
    'a silence of an unknown alert kind',
    'silences:\n  - { name: a, match: { kind: [dsik] } }',
    2,
    'silences[0].match.kind[0]',
    { message: 'did you mean "disk"?' },
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
];

describe('tocsin.yaml is refused for', () => {
  it.each(rows)('%s', (_, text, line, key, rest) => {
    const problems = tocsinProblems(text);
    expect(problems.filter((problem) => problem.key === key)).toHaveLength(1);
    expect(problems[0]).toMatchObject({ file: 'tocsin.yaml', line, key, ...rest });
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
      { expected: 'one of off, local, remote', message: '' },
    ],
    ['no attempts', 'defaults: { max_attempts: 0 }', 1, 'defaults.max_attempts', { expected: 'at least 1' }],
  ])('%s', (_, text, line, key, rest) => {
    const problems = policyProblems(text, 'routes: [{ name: urgent, channels: [] }]');
    expect(problems).toMatchObject([{ file: 'policy.yml', line, key, ...rest }]);
  });
});

describe('incident_escalation_policy.yml is refused for', () => {
  const rule = (rest: string) => `escalation:\n  - { name: a, from: P2, to: P1, when: { ${rest} } }`;

  it.each<Row>([
    [
      'a rule twice',
      'escalation:\n  - { name: a, from: P2, to: P1, when: { occurrences_60m: 1 } }\n  - { name: a, from: P1, to: P0, when: { occurrences_60m: 1 } }',
      3,
      'escalation[1].name',
      { expected: 'a rule once' },
    ],
    [
      'a rule that makes nothing more severe',
      'escalation:\n  - name: a\n    from: P1\n    to: P2\n    when: { occurrences_60m: 1 }',
      4,
      'escalation[0].to',
      { found: '"P2", from P1', expected: 'a severity above P1' },
    ],
    [
      'a rule without a number',
      rule(''),
      2,
      'escalation[0].when',
      { expected: 'occurrences_60m, triage_count_24h, or both: either is enough' },
    ],
    ['a number of none', rule('occurrences_60m: 0'), 2, 'escalation[0].when.occurrences_60m', {}],
    [
      'an unknown key',
      'defaults:\n  auto_clsoe: true',
      2,
      'defaults.auto_clsoe',
      { message: 'did you mean "auto_close"?' },
    ],
    ['a quoted flag', 'defaults: { auto_close: "false" }', 1, 'defaults.auto_close', {}],
    ['another scale', 'defaults: { severity_cap: high }', 1, 'defaults.severity_cap', {}],
  ])('%s', (_, text, line, key, rest) => {
    const file = readYaml('escalation.yml', text, {});
    const problems = [...validateFile(file, escalationSchema).problems, ...crossCheckEscalation(file)];
    expect(problems).toMatchObject([{ file: 'escalation.yml', line, key, ...rest }]);
  });
});
