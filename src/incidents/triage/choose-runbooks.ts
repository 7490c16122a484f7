import type { RunbookConfig } from '../../config/types.ts';

/** What a runbook is matched with. */
export type RunbookSubject = {
  service: string;
  kind: string;
  labels: Readonly<Record<string, string>>;
};

export type ChosenRunbook = {
  runbook: RunbookConfig;
  /** What of it matched, as `service api, kind disk`. */
  because: string;
};

const mostChosen = 3;

/** Answers the runbooks that match, the most specific first: a service says more than a label, a label more than a kind. */
export function chooseRunbooks(runbooks: readonly RunbookConfig[], subject: RunbookSubject): ChosenRunbook[] {
  return runbooks
    .filter((runbook) => isFor(runbook, subject))
    .map((runbook) => ({ runbook, because: describeMatch(runbook, subject), weight: weigh(runbook) }))
    .sort((a, b) => b.weight - a.weight || (a.runbook.file < b.runbook.file ? -1 : 1))
    .slice(0, mostChosen)
    .map(({ runbook, because }) => ({ runbook, because }));
}

function isFor({ service, kind, labels }: RunbookConfig, subject: RunbookSubject): boolean {
  return (
    (service === null || service.includes(subject.service)) &&
    (kind === null || kind.includes(subject.kind)) &&
    Object.entries(labels).every(([name, value]) => subject.labels[name] === value)
  );
}

function weigh({ service, kind, labels }: RunbookConfig): number {
  return (service ? 1000 : 0) + Object.keys(labels).length * 2 + (kind ? 1 : 0);
}

function describeMatch({ service, kind, labels }: RunbookConfig, subject: RunbookSubject): string {
  return [
    ...(service ? [`service ${subject.service}`] : []),
    ...(kind ? [`kind ${subject.kind}`] : []),
    ...Object.entries(labels).map(([name, value]) => `label ${name}=${value}`),
  ].join(', ');
}
