import { describe, expect, it } from 'vitest';
import { tocsinFileForm } from '../file-form.ts';
import { loadConfig } from '../load.ts';
import type { Problem } from '../problem.ts';
import { describeConfig } from '../show.ts';
import { validateFile } from '../validate.ts';
import { readYaml } from '../yaml-file.ts';
import { tocsinSchema } from './tocsin.ts';

function read(text: string) {
  return validateFile(readYaml('tocsin.yaml', text, {}), tocsinSchema);
}

const steps = `
notify:
  escalation:
    - { after: 15m, channels: [lead, lead], match: { severity: [P0, P1], env: [prod] } }
    - { after: 1h30m, channels: [lead, boss] }
`;

describe('the steps of what nobody acknowledges', () => {
  it('are read from the file, in order, each channel once', () => {
    expect(read(steps).data?.notify.escalation).toEqual([
      { afterMs: 900_000, channels: ['lead'], match: { severity: ['P0', 'P1'], env: ['prod'] } },
      { afterMs: 5_400_000, channels: ['lead', 'boss'], match: {} },
    ]);
    expect(read('notify: {}').data?.notify).toEqual({ dryRun: false, escalation: [] });
  });

  it('are shown in the words of the file, and in a line of the summary', async () => {
    const { notify } = read(steps).data ?? {};
    const loaded = await loadConfig({ env: { ALERT_BACKEND: 'memory' }, cwd: import.meta.dirname });
    const config = notify ? { ...loaded, notify } : loaded;
    const shown = tocsinFileForm(config).notify;
    expect(read(`notify: ${JSON.stringify(shown)}`).data?.notify).toEqual(notify);
    expect(describeConfig(config)).toContain('not acknowledged after 15m → lead, 90m → lead + boss');
    expect(describeConfig(loaded)).not.toContain('not acknowledged');
  });

  it.each<[string, string, Partial<Problem>]>([
    [
      'that do not rise',
      'notify:\n  escalation:\n    - { after: 15m, channels: [a] }\n    - { after: 900s, channels: [a] }',
      {
        line: 4,
        key: 'notify.escalation[1].after',
        found: '"900s"',
        expected: 'a duration longer than 15m, that of the step before',
      },
    ],
    [
      'at once',
      'notify: { escalation: [{ after: 0s, channels: [a] }] }',
      { key: 'notify.escalation[0].after', expected: expect.stringContaining('at least 1s') },
    ],
    [
      'to nobody',
      'notify: { escalation: [{ after: 15m, channels: [] }] }',
      { key: 'notify.escalation[0].channels' },
    ],
    [
      'for what an incident does not have',
      'notify: { escalation: [{ after: 15m, channels: [a], match: { kind: [disk] } }] }',
      { key: 'notify.escalation[0].match.kind', expected: 'one of severity, env, service' },
    ],
  ])('are refused %s', (_, text, problem) => {
    expect(read(text).problems).toEqual([expect.objectContaining(problem)]);
  });
});
