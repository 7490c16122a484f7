import { expect, it } from 'vitest';
import { alert, bareFacts, fullFacts } from '../../../test/triage-facts.ts';
import { makeTriageReport } from '../triage/make-report.ts';
import { makePrompt } from './prompt.ts';
import { redactValue } from './redact.ts';

const promptOf = (message: string, secrets: string[] = []) =>
  makePrompt(makeTriageReport({ ...fullFacts, alert: { ...alert, message } }, 0), secrets).user;

it('holds the facts, and of runbooks only their names', () => {
  const user = promptOf('connection refused');
  expect(JSON.parse(user)).toMatchObject({
    alert: { message: 'connection refused' },
    changes: [{ version: '1.4.1' }, { version: '1.4.2' }, {}],
    runbooks: [{ title: 'The API does not answer', because: 'service api' }, {}],
  });
  expect(user).not.toContain('pg_stat_activity');
});

it('is bounded, and what is cut was redacted before', () => {
  const secret = 'abcdefghijklmnop';
  const rows = Array.from({ length: 20 }, () => ({ ...alert, title: `${'x'.repeat(990)}${secret}` }));
  const facts = { ...fullFacts, around: { rows, total: 20 }, siblings: { rows, total: 20 } };
  const { user } = makePrompt(makeTriageReport(facts, 0), [secret]);
  expect(user.length).toBeLessThanOrEqual(24_000);
  expect(user).not.toContain('abcdef');
  const map = JSON.stringify(
    Object.fromEntries(Array.from({ length: 64 }, (_, i) => [`${i}`.padEnd(200, 'k'), 'v'.repeat(2000)])),
  );
  const labels = { ...bareFacts, alert: { ...alert, labels: map, annotations: map } };
  expect(makePrompt(makeTriageReport(labels, 0), []).user.length).toBeLessThanOrEqual(24_000);
});

it.each([
  ['password=hunter22', 'hunter22'],
  ['postgres://u:hunter22@db/x', 'hunter22'],
  ['Authorization: Bearer abc.def', 'abc.def'],
  ['key AKIAIOSFODNN7EXAMPLE used', 'AKIAIOSFODNN7EXAMPLE'],
  ['ghp_0123456789abcdefghij01', 'ghp_0123456789abcdefghij01'],
  ['sk-proj-0123456789abcdef', 'sk-proj-0123456789abcdef'],
  ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln', 'eyJzdWIiOiIxIn0'],
  ['-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----', 'MIIE'],
  ['xoxb-1234567890-abc', 'xoxb-1234567890-abc'],
])('lets no secret out of the text %s', (text, secret) => {
  expect(promptOf(`before ${text} after`)).not.toContain(secret);
});

it('lets out nothing that is named like a secret, and nothing that the configuration hides', () => {
  const redacted = redactValue(
    { api_key: 'x1', list: [{ password: 'x2', note: 'the hook-secret is here' }], n: 1 },
    ['hook-secret'],
  );
  expect(redacted).toEqual({
    api_key: '[redacted]',
    list: [{ password: '[redacted]', note: 'the [redacted] is here' }],
    n: 1,
  });
});
