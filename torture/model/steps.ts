import fc from 'fast-check';
import { type Severity, severities } from '../../src/core/severity.ts';

export type Report = {
  service: number;
  problem: number;
  severity: Severity;
  isEnd: boolean;
  /** It promises to repeat within five minutes. */
  isLeased: boolean;
};

/** What somebody may do: who reports, two workers, an outside worker, people, and time. */
export type Step =
  | { kind: 'report'; reports: Report[] }
  | { kind: 'pass'; worker: number }
  /** A pass whose process is gone behind so many answers of the database. */
  | { kind: 'die'; worker: number; answers: number }
  /** Somebody else leases alerts and is never heard of again. */
  | { kind: 'abandon'; limit: number }
  | { kind: 'advance'; seconds: number }
  | { kind: 'byHand'; act: 'ack' | 'requeue' | 'resolve'; which: number }
  | { kind: 'acknowledge'; who: number; which: number }
  | { kind: 'status'; status: 'mitigating' | 'resolved' | 'closed'; force: boolean; which: number }
  | { kind: 'close'; force: boolean; which: number }
  | { kind: 'severity'; severity: Severity; which: number }
  | { kind: 'merge'; which: number; into: number };

const which = fc.nat(12);
const severity = fc.constantFrom(...severities);

const report: fc.Arbitrary<Report> = fc.record({
  service: fc.nat(1),
  problem: fc.nat(2),
  severity: fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom('P0', 'P1') },
    { weight: 1, arbitrary: severity },
  ),
  isEnd: fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, { weight: 2, arbitrary: fc.constant(true) }),
  isLeased: fc.boolean(),
});

// Behind the hold, the lease, the group window, the cooldown, the TTL, the time to reopen, and the longest window.
const seconds = fc.constantFrom(1, 6, 31, 61, 301, 901, 1801, 4 * 3600);

const byKind: {
  [Kind in Step['kind']]: [weight: number, fields: fc.Arbitrary<Omit<Step & { kind: Kind }, 'kind'>>];
} = {
  report: [8, fc.record({ reports: fc.array(report, { minLength: 1, maxLength: 4 }) })],
  pass: [8, fc.record({ worker: fc.nat(1) })],
  die: [2, fc.record({ worker: fc.nat(1), answers: fc.nat(40) })],
  abandon: [1, fc.record({ limit: fc.integer({ min: 1, max: 3 }) })],
  advance: [6, fc.record({ seconds })],
  byHand: [1, fc.record({ act: fc.constantFrom('ack', 'requeue', 'resolve'), which })],
  acknowledge: [1, fc.record({ who: fc.nat(1), which })],
  status: [
    1,
    fc.record({
      status: fc.constantFrom('mitigating', 'resolved', 'closed'),
      force: fc.boolean(),
      which,
    }),
  ],
  close: [1, fc.record({ force: fc.boolean(), which })],
  severity: [1, fc.record({ severity, which })],
  merge: [1, fc.record({ which, into: which })],
};

/** Any step, the common ones more often. */
export const anyStep: fc.Arbitrary<Step> = fc.oneof(
  ...Object.entries(byKind).map(([kind, [weight, fields]]) => ({
    weight,
    arbitrary: (fields as fc.Arbitrary<object>).map((rest) => ({ kind, ...rest }) as Step),
  })),
);
