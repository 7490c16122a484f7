import { describe, expect, it } from 'vitest';
import type { Problem } from './problem.ts';
import { tocsinSchema } from './schema/tocsin.ts';
import { validateFile } from './validate.ts';
import { readYaml } from './yaml-file.ts';

function tocsinProblems(text: string): readonly Problem[] {
  return validateFile(readYaml('tocsin.yaml', text, {}), tocsinSchema).problems;
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
    'a loopback role that nobody knows',
    'server:\n  loopback_role: viewr',
    2,
    'server.loopback_role',
    { found: '"viewr"', message: 'did you mean "viewer"?' },
  ],
  [
    'a window',
    'components:\n  - id: a\n    window: { window: 5m }',
    3,
    'components[0].window',
    { message: 'this version does not serve this key yet: remove it' },
  ],
  [
    'a size without its unit',
    'retention:\n  artifacts: { size: 5G }',
    2,
    'retention.artifacts.size',
    { found: '"5G"', expected: 'a size such as 500MB or 5GiB, at least 1MiB' },
  ],
  [
    'a size that keeps nothing',
    'retention:\n  artifacts: { size: 5kB }',
    2,
    'retention.artifacts.size',
    { found: '"5kB"' },
  ],
  [
    'a bare key in a flow map',
    'components:\n  - { id: a,\n      name }',
    3,
    'components[0].name',
    { found: 'nothing' },
  ],
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
    { expected: expect.stringMatching(/at least 100ms/) },
  ],
  [
    'a delay that no timer can wait',
    http('timeout: 30d'),
    4,
    `${check}.timeout`,
    { expected: expect.stringMatching(/at most/) },
  ],
  [
    'a webhook that may take longer than its message is leased',
    'channels:\n  a: { type: webhook, url: "http://127.0.0.1:1/", timeout: 25s }',
    2,
    'channels.a.timeout',
    { found: '"25s"', expected: expect.stringMatching(/at most 20s/) },
  ],
  [
    'a retention of minutes',
    'retention: { alerts: 90m, notifications: 5m }',
    1,
    'retention.notifications',
    { expected: expect.stringMatching(/at least 1h/) },
  ],
  [
    'an address without a port',
    'server: { listen: localhost }',
    1,
    'server.listen',
    { expected: 'an address such as 127.0.0.1:8923 or [::1]:8923' },
  ],
  [
    'metrics on the address of the server',
    'server:\n  listen: "127.0.0.1:9"\n  metrics_listen: "127.0.0.1:9"',
    3,
    'server.metrics_listen',
    { expected: 'another address than server.listen' },
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
    {
      expected: 'one of http, tcp, command, anthropic, openai, deepgram, typesense, firestore',
      message: 'did you mean "http"?',
    },
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
    'a password with a bare %',
    http('method: GET').replace('http://h', 'http://u:s3cret%@h'),
    4,
    `${check}.url`,
    { found: '"http://u:[redacted]@h"', expected: expect.stringContaining('%25') },
  ],
  [
    'a header that splits',
    http('headers: { x-a: "1\\r\\nx: 2" }'),
    4,
    `${check}.headers.x-a`,
    { expected: 'one line of text in Latin letters (ISO 8859-1)' },
  ],
  [
    'a wrong secret, which is not told',
    http('headers: { Authorization: "a\\nhunter2" }'),
    4,
    `${check}.headers.Authorization`,
    { found: 'a text (not shown)' },
  ],
  [
    'a header of other letters',
    http('headers: { x-shop: "k€y" }'),
    4,
    `${check}.headers.x-shop`,
    { expected: 'one line of text in Latin letters (ISO 8859-1)' },
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
    { found: '"latency < potato"', message: expect.stringMatching(/position \d+/) },
  ],
  [
    'a condition of another kind',
    'components: [{ id: a, checks: [{ name: c, kind: tcp, host: h, port: 1, degraded: ["status == 200"] }] }]',
    1,
    `${check}.degraded[0]`,
    { message: 'a tcp check knows latency, and not status' },
  ],
];

describe('tocsin.yaml is refused for', () => {
  it.each(rows)('%s', (_, text, line, key, rest) => {
    const problems = tocsinProblems(text);
    expect(problems.filter((problem) => problem.key === key)).toHaveLength(1);
    expect(problems[0]).toMatchObject({ file: 'tocsin.yaml', line, key, ...rest });
  });
});
