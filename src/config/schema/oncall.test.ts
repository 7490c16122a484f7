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

const schedules = `
oncall:
  primary:
    timezone: Europe/Riga
    start: 2026-03-02T09:00
    rotation: [ann, bob]
    shift: 1w
    overrides: [{ who: cem, from: "2026-03-10 18:00", to: 2026-03-11T09:00 }]
  backup: { start: 2026-03-02T00:00, rotation: [dan] }
`;

describe('schedules of who is on call', () => {
  it('are read from the file, in order, times as the clocks of their zones show them', () => {
    expect(read(schedules).data?.oncall).toEqual([
      {
        name: 'primary',
        timezone: 'Europe/Riga',
        startWallMs: Date.parse('2026-03-02T09:00Z'),
        shiftMs: 604_800_000,
        people: ['ann', 'bob'],
        overrides: [
          {
            who: 'cem',
            fromWallMs: Date.parse('2026-03-10T18:00Z'),
            toWallMs: Date.parse('2026-03-11T09:00Z'),
          },
        ],
      },
      {
        name: 'backup',
        timezone: 'UTC',
        startWallMs: Date.parse('2026-03-02T00:00Z'),
        shiftMs: 604_800_000,
        people: ['dan'],
        overrides: [],
      },
    ]);
  });

  it('are shown in the words of the file, and in a line of the summary', async () => {
    const onCall = read(schedules).data?.oncall ?? [];
    const loaded = await loadConfig({ env: { ALERT_BACKEND: 'memory' }, cwd: import.meta.dirname });
    const shown = tocsinFileForm({ ...loaded, onCall }).oncall;
    expect(read(`oncall: ${JSON.stringify(shown)}`).data?.oncall).toEqual(onCall);
    expect(describeConfig({ ...loaded, onCall })).toContain(
      'primary (ann, bob; 7d each), backup (dan; 7d each)',
    );
    expect(describeConfig(loaded)).not.toContain('on call');
  });

  const wall = 'a time as the clocks of its time zone show it, such as 2026-03-02T09:00';
  it.each<[string, string, Partial<Problem>]>([
    [
      'a start with a zone',
      'start: "2026-03-02T09:00Z", rotation: [a]',
      { key: 'oncall.p.start', expected: wall },
    ],
    [
      'a day that there is not',
      'start: 2026-02-30T09:00, rotation: [a]',
      { key: 'oncall.p.start', expected: wall },
    ],
    ['nobody', 'start: 2026-03-02T09:00, rotation: []', { key: 'oncall.p.rotation' }],
    [
      'a zone that there is not',
      'start: 2026-03-02T09:00, rotation: [a], timezone: Europe/Rigga',
      { key: 'oncall.p.timezone', expected: 'the name of a time zone, as Europe/Riga' },
    ],
    [
      'shifts of minutes',
      'start: 2026-03-02T09:00, rotation: [a], shift: 5m',
      { key: 'oncall.p.shift', found: '"5m"' },
    ],
    [
      'who stands in for no time',
      'start: 2026-03-02T09:00, rotation: [a], overrides: [{ who: b, from: 2026-03-02T09:00, to: 2026-03-02T09:00 }]',
      { key: 'oncall.p.overrides[0].to', expected: 'a time after from' },
    ],
  ])('are refused with %s', (_, text, problem) => {
    expect(read(`oncall: { p: { ${text} } }`).problems).toEqual([expect.objectContaining(problem)]);
  });
});
