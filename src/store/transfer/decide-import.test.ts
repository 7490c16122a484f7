import { expect, test } from 'vitest';
import { decideImport, type ImportState } from './decide-import.ts';

const open = (epoch: number) => ({ epoch, state: 'open' }) as const;
const closed = (epoch: number) => ({ epoch, state: 'closed' }) as const;
const closing = (epoch: number) => ({ epoch, state: 'closing' }) as const;

test.each<[string, Partial<ImportState>, string]>([
  ['a new database takes what was handed over', { brought: open(1) }, 'nothing'],
  ['a new database takes a copy', {}, 'nothing'],
  ['what lives here is not mixed with what comes', { brought: open(1), living: 1 }, 'holds_living'],
  ['a database may be emptied for it', { brought: open(1), living: 1, force: true }, 'all'],
  [
    'the host that handed over gets it back in place of what lived there',
    { own: closed(1), brought: open(2), living: 3 },
    'live',
  ],
  ['what was handed over by this database is not taken', { own: closed(2), brought: open(2) }, 'stale_file'],
  ['what was taken already is not taken again', { own: open(2), brought: open(2) }, 'stale_file'],
  [
    'what is older is not taken, not even by force',
    { own: open(3), brought: open(2), force: true },
    'stale_file',
  ],
  ['what comes later is taken by whoever has taken before', { own: open(1), brought: open(2) }, 'nothing'],
  ['a copy opens no database that was handed over', { own: closed(1) }, 'was_handed_over'],
  ['nor does it by force', { own: closing(0), force: true }, 'was_handed_over'],
])('%s', (_, state, expected) => {
  const decision = decideImport({ own: null, brought: null, living: 0, force: false, ...state });
  expect(decision.take ? decision.remove : decision.reason).toBe(expected);
});
