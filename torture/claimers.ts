import { fileURLToPath } from 'node:url';
import { fillAlerts } from '../bench/claim/fill.ts';
import { openProbe } from '../bench/harness/probe.ts';
import { runWorkers } from '../bench/harness/workers.ts';
import { type Check, checkEach } from './audit/check.ts';
import { auditWork } from './audit/work.ts';
import type { Outcome } from './kills.ts';

const program = fileURLToPath(new URL('./claimer.ts', import.meta.url));
const alerts = 10_000;
const processes = 4;
const claimersPerProcess = 2;

/** What a claiming process is asked to do. */
export type ClaimerPlan = { target: string; claimers: number; seed: number };

/** References in the order in which they were acked, one list a claimer. */
export type ClaimerResult = { acked: string[][] };

/** Lets 8 claimers in 4 processes work off 10,000 alerts of an empty database; each must be acked exactly once. */
export async function runClaimers(target: string, seed: number): Promise<Outcome> {
  await fillAlerts(target, alerts);
  const plans = Array.from({ length: processes }, (_, i) => ({
    target,
    claimers: claimersPerProcess,
    seed: seed + i,
  }));
  const startedAt = performance.now();
  const results = await runWorkers<ClaimerPlan, ClaimerResult>(program, plans);
  const seconds = (performance.now() - startedAt) / 1000;
  const shares = results.flatMap(({ acked }) => acked);
  return {
    facts: [
      ['claimers', `${shares.length} in ${processes} processes, ${alerts} alerts in ${seconds.toFixed(1)} s`],
      ['shares', shares.map(({ length }) => length).join(', ')],
    ],
    checks: await auditClaims(target, shares.flat()),
  };
}

async function auditClaims(target: string, acked: readonly string[]): Promise<Check[]> {
  const probe = await openProbe(target);
  const rows = await probe.rows<{ alert_ref: string; status: string; acks: number }>(`
    select a.alert_ref, a.status, (select count(*) from alert_event e
      where e.alert_ref = a.alert_ref and e.from_status = 'processing' and e.to_status = 'acked') as acks
    from alert a`);
  const work = await auditWork(probe);
  await probe.close();
  const times = Map.groupBy(acked, (ref) => ref);
  return [
    checkEach('alerts not acked exactly once', rows, ({ alert_ref, status, acks }) => {
      const told = times.get(alert_ref)?.length ?? 0;
      if (status === 'acked' && acks === 1 && told === 1) return null;
      return `${alert_ref} is ${status}, ${acks} acks are recorded, ${told} were made`;
    }),
    checkEach('alerts that are missing', [rows.length], (count) =>
      count === alerts ? null : `${count} of ${alerts} are there`,
    ),
    ...work,
  ];
}
