import { expect, it } from 'vitest';
import { type ProposalFacts, proposeFollowups } from './decide.ts';

const facts: ProposalFacts = {
  number: 'INC-7',
  service: 'api',
  kinds: ['disk', 'oom'],
  acknowledged: true,
  before: 0,
  hasRunbook: true,
  titles: [],
};
const cause = 'Find and repair the cause of INC-7';

it.each<[string, Partial<ProposalFacts>, string[]]>([
  ['one that was handled well', {}, [`P2 ${cause}: always`]],
  ['one that came before', { before: 2 }, [`P1 ${cause}: it_came_before`]],
  [
    'one without a runbook',
    { hasRunbook: false },
    [`P2 ${cause}: always`, 'P3 Write a runbook for api (disk, oom): no_runbook'],
  ],
  [
    'one without kinds and runbook',
    { hasRunbook: false, kinds: [], titles: [cause] },
    ['P3 Write a runbook for api: no_runbook'],
  ],
  [
    'one that nobody took',
    { acknowledged: false, titles: [cause] },
    ['P2 Find out why nobody acknowledged INC-7: not_acknowledged'],
  ],
  ['one that has them all', { titles: [cause] }, []],
])('%s gets what is left to do, and nothing twice', (_, change, expected) => {
  const proposals = proposeFollowups({ ...facts, ...change });
  expect(proposals.map(({ priority, title, reason }) => `${priority} ${title}: ${reason}`)).toEqual(expected);
});
