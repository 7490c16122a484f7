import { expect, it } from 'vitest';
import { decideTroubles, type ProfileSight } from './decide-watch.ts';

const nowMs = Date.parse('2026-03-01T12:00:00Z');
const hourMs = 3_600_000;
const profile = { graceMs: 60_000, staleAfterMs: 25 * hourMs, timeoutMs: hourMs };
const well: ProfileSight = { dueAt: nowMs - 60_000, goodAt: nowMs - 25 * hourMs, lock: null };
const lockedSince = (since: number) => ({ lock: { holder: 'node1:7', runId: 'run_1', since } });

it.each<[string, Partial<ProfileSight>, object]>([
  ['all that is expected of it', {}, {}],
  ['nothing due any more', { dueAt: null }, {}],
  [
    'a tick that did not come',
    { dueAt: nowMs - 60_001 },
    { tick: 'It was due at 2026-03-01T11:58:59.999Z and has not run since; it may be 1m late.' },
  ],
  [
    'no success for too long',
    { goodAt: nowMs - 26 * hourMs },
    { stale: 'It has not succeeded for 1d 2h; it is expected to every 1d 1h.' },
  ],
  ['a lock in its time', lockedSince(nowMs - hourMs - 15_000), {}],
  [
    'a lock that is held for too long',
    lockedSince(nowMs - 2 * hourMs),
    { lock: 'run_1 on node1:7 has held the lock since 2026-03-01T10:00:00.000Z; its time is 1h.' },
  ],
])('a profile with %s has these troubles: %j', (_, sight, troubles) => {
  expect(decideTroubles(profile, { ...well, ...sight }, nowMs)).toEqual(troubles);
});

it('a profile without stale_after may be without success for ever', () => {
  expect(decideTroubles({ ...profile, staleAfterMs: null }, { ...well, goodAt: 0 }, nowMs)).toEqual({});
});
