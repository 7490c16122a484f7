import { PgBoss } from 'pg-boss';
import { severities } from '../../src/core/severity.ts';
import type { Claimer } from './claimer.ts';

/*
 * pg-boss as its users have it, with all left out that is not the claim and its end: no supervision, no schedules, no traces,
 * no register of instances. Fetched and completed by the batch, one call each.
 */

const queue = 'alerts';
const perInsert = 5000;
const quiet = {
  supervise: false,
  schedule: false,
  registerInstance: false,
  openTelemetry: { enabled: false },
} as const;

/** Makes its schema in an empty database, and as many jobs of as many priorities as there are severities. */
export async function fillPgBoss(target: string, count: number): Promise<void> {
  const boss = new PgBoss({ connectionString: target, ...quiet });
  await boss.start();
  await boss.createQueue(queue);
  for (let first = 0; first < count; first += perInsert) {
    const jobs = Array.from({ length: Math.min(perInsert, count - first) }, (_, i) => buildJob(first + i));
    await boss.insert(queue, jobs);
  }
  await boss.getDb().executeSql('vacuum analyze');
  await boss.stop();
}

function buildJob(number: number) {
  const data = {
    service: `checkout-${number}`,
    env: 'prod',
    kind: 'latency',
    title: 'latency of /pay is above 500 ms for 5 minutes',
  };
  return { data, priority: number % severities.length };
}

/** Answers a claimer that completes what it fetched in the attempt in which it fetched it, as its own workers do. */
export async function createPgBossClaimer(target: string): Promise<Claimer> {
  const boss = new PgBoss({ connectionString: target, ...quiet, migrate: false });
  await boss.start();
  return {
    async claimAndAck(limit) {
      const jobs = await boss.fetch(queue, { batchSize: limit });
      if (jobs.length === 0) return 0;
      await boss.complete(queue, jobs);
      return jobs.length;
    },
  };
}
