import { describe, expect, it } from 'vitest';
import { loadTestConfig } from '../../test/supervised.ts';
import { tocsinFileForm } from './file-form.ts';
import { tocsinSchema } from './schema/tocsin.ts';
import { validateFile } from './validate.ts';
import { readYaml } from './yaml-file.ts';

const read = (text: string) => validateFile(readYaml('tocsin.yaml', text, { PORT: '53' }), tocsinSchema);

describe('a guard', () => {
  it('has defaults of its own, and else what checks have', () => {
    expect(read(`guard: { kind: tcp, host: 9.9.9.9, port: "\${PORT}" }`).data?.guard).toEqual({
      name: 'guard',
      kind: 'tcp',
      host: '9.9.9.9',
      port: 53,
      send: null,
      expect: null,
      intervalMs: 30_000,
      timeoutMs: 5000,
      retries: 1,
      failuresToDown: 1,
      successesToRecover: 1,
      kOfN: null,
      cacheMs: 10_000,
      conditions: [],
      degraded: [],
    });
  });

  it.each([
    ['kind: http, url: "http://h", conditions: ["status == 204"]', { kind: 'http', method: 'GET' }],
    ['kind: command, command: [probe]', { kind: 'command', argv: ['probe'] }],
    ['kind: tcp, host: h, port: 1, name: gateway, interval: 10s', { name: 'gateway', intervalMs: 10_000 }],
  ])('may be { %s }', (text, guard) => {
    expect(read(`guard: { ${text} }`).data?.guard).toMatchObject(guard);
  });

  it.each([
    ['kind: tcp, host: h, port: 1, interval: on_demand', 'interval', { expected: /^a duration/ }],
    ['kind: tcp, host: h, port: 1, interval: 0', 'interval', { expected: /at least 100ms/ }],
    ['kind: dns', 'kind', { expected: /^one of http, tcp, command$/ }],
    ['kind: tcp, host: h', 'port', { expected: /number/ }],
    [`kind: tcp, host: "\${NOT_SET}", port: 1`, 'host', { found: /NOT_SET/ }],
    ['kind: tcp, host: h, port: 1, checks: []', 'checks', { expected: /^one of name, interval/ }],
    ['kind: http, url: "http://h", conditions: ["exit_code == 0"]', 'conditions[0]', { expected: /status/ }],
  ])('of { %s } is refused at %s', (text, key, problem) => {
    const [field, pattern] = Object.entries(problem)[0] ?? [];
    expect(read(`guard: { ${text} }`).problems).toMatchObject([
      { key: `guard.${key}`, [field ?? '']: expect.stringMatching(pattern ?? /never/) },
    ]);
  });

  it('is shown as it is read', async () => {
    const { data } = read('guard: { kind: tcp, host: h, port: 1, interval: 10s, failures_to_down: 3 }');
    const config = { ...(await loadTestConfig()), guard: data?.guard ?? null };
    const again = read(JSON.stringify({ guard: tocsinFileForm(config).guard }));
    expect(again).toEqual({ data, problems: [] });
    expect(tocsinFileForm({ ...config, guard: null })).not.toHaveProperty('guard');
  });

  it('is one, and no list', () => {
    expect(read('guard: [{ kind: tcp, host: h, port: 1 }]').problems).toMatchObject([{ key: 'guard' }]);
    expect(read('guard:').data?.guard).toBeUndefined();
  });
});
