/** What the client knows of one problem; a problem is what `service|env|kind|fingerprint` names. */
export type Account = {
  /** Reports of it that were acknowledged. */
  acknowledged: number;
  /** Reports that were sent and not answered: they may count or not. */
  unanswered: number;
};

/** What the client was told of one alert. */
export type AlertPromise = { occurrences: number; isEnded: boolean };

/** What the client was promised: the other side of the books that the database keeps. */
export type Ledger = {
  readonly accounts: ReadonlyMap<string, Account>;
  readonly promises: ReadonlyMap<string, AlertPromise>;
  readonly totals: {
    reports: number;
    resolutions: number;
    requests: number;
    unanswered: number;
    refused: number;
  };
  recordAnswer(report: Report, answer: Answer): void;
  recordUnanswered(report: Report): void;
};

/** A report as the client sends it. */
export type Report = {
  service: string;
  env: string;
  kind: string;
  severity: string;
  title: string;
  status: 'firing' | 'resolved';
  labels: { fingerprint: string };
};

/** The part of an answer that is a promise. */
export type Answer = { accepted: true; alert_ref: string | null; occurrences: number };

/** Answers the name of a problem, as the columns of `alert` have it too. */
export function nameProblem(service: string, env: string, kind: string, fingerprint: string): string {
  return [service, env, kind, fingerprint].join('|');
}

/** Answers empty books. */
export function createLedger(): Ledger {
  const accounts = new Map<string, Account>();
  const promises = new Map<string, AlertPromise>();
  const totals = { reports: 0, resolutions: 0, requests: 0, unanswered: 0, refused: 0 };

  const accountOf = ({ service, env, kind, labels }: Report): Account => {
    const name = nameProblem(service, env, kind, labels.fingerprint);
    const account = accounts.get(name) ?? { acknowledged: 0, unanswered: 0 };
    accounts.set(name, account);
    return account;
  };

  return {
    accounts,
    promises,
    totals,
    recordAnswer(report, { alert_ref, occurrences }) {
      const account = accountOf(report);
      if (report.status === 'firing') account.acknowledged++;
      totals[report.status === 'firing' ? 'reports' : 'resolutions']++;
      if (alert_ref === null) return;
      const known = promises.get(alert_ref);
      promises.set(alert_ref, {
        occurrences: Math.max(occurrences, known?.occurrences ?? 0),
        isEnded: report.status === 'resolved' || (known?.isEnded ?? false),
      });
    },
    recordUnanswered(report) {
      totals.unanswered++;
      const account = accountOf(report);
      if (report.status === 'firing') account.unanswered++;
    },
  };
}
