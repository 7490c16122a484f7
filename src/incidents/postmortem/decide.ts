/** What follow-ups are proposed from. */
export type ProposalFacts = {
  number: string;
  service: string;
  kinds: readonly string[];
  acknowledged: boolean;
  /** Incidents of the same signature before this one. */
  before: number;
  hasRunbook: boolean;
  /** Titles of the follow-ups that it has, whatever became of them. */
  titles: readonly string[];
};

export type Proposal = { title: string; priority: 'P1' | 'P2' | 'P3'; reason: string };

/** Decides which follow-ups a postmortem adds: none twice, however often it is made. */
export function proposeFollowups(facts: ProposalFacts): Proposal[] {
  const { number, service, kinds, before } = facts;
  const kind = kinds.length > 0 ? ` (${kinds.join(', ')})` : '';
  const proposals: (Proposal & { holds: boolean })[] = [
    {
      title: `Find and repair the cause of ${number}`,
      priority: before > 0 ? 'P1' : 'P2',
      reason: before > 0 ? 'it_came_before' : 'always',
      holds: true,
    },
    {
      title: `Write a runbook for ${service}${kind}`,
      priority: 'P3',
      reason: 'no_runbook',
      holds: !facts.hasRunbook,
    },
    {
      title: `Find out why nobody acknowledged ${number}`,
      priority: 'P2',
      reason: 'not_acknowledged',
      holds: !facts.acknowledged,
    },
  ];
  return proposals
    .filter(({ holds, title }) => holds && !facts.titles.includes(title))
    .map(({ title, priority, reason }) => ({ title, priority, reason }));
}
