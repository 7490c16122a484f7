import { expect, it } from 'vitest';
import { sayStep } from './say-step.ts';

it.each([
  ['incident_opened', 'an incident was opened for it'],
  [
    'past_ttl_of_alrt_1',
    'the last report of its problem was too long ago, so that it took the place of alrt_1',
  ],
  [
    'past_dedupe_max_of_alrt_1',
    'its problem had been repeated for too long, so that it took the place of alrt_1',
  ],
  ['cut_short', 'cut short'],
  ['end_of_file', 'end of file'],
])('the step %s of an alert is told so that one can read it half asleep', (reason, said) => {
  expect(sayStep(reason)).toBe(said);
});
