import { expect, it } from 'vitest';
import { createTestClock } from '../../test/clock.ts';
import { createPulse } from './pulse.ts';

it('a part stands still when it has finished no round for so long, also since the start', async () => {
  const clock = createTestClock();
  const pulse = createPulse(clock);
  pulse.follow('outbox');
  const beat = pulse.follow('supervisor');
  await clock.advance(999);
  expect(pulse.listStill(1000)).toEqual([]);
  beat();
  await clock.advance(1);
  expect(pulse.listStill(1000)).toEqual(['outbox']);
  await clock.advance(999);
  expect(pulse.listStill(1000)).toEqual(['outbox', 'supervisor']);
});
