import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { describeEachStore } from '../../test/stores.ts';
import { startWorker } from '../../test/supervised.ts';
import { inTransaction, runStatements } from '../store/index.ts';
import { leaseWaiting } from './queries-leased.ts';
import { insertTriages } from './queries-triage.ts';

const planWays = ['hashjoin', 'mergejoin', 'hashagg', 'sort', 'material'];

describeEachStore('leasing triages', (open) => {
  it('takes no more than its limit, the oldest first, whatever plan is made for it', async () => {
    const { ctx, report, settle } = await startWorker(await open());
    const [alertRef = ''] = await report({});
    await settle();
    const incident = await ctx.db.selectFrom('incident').selectAll().executeTakeFirstOrThrow();
    const { incident_id: incidentId, signature, env } = incident;
    const about = { incidentId, signature, env, alertRef };
    await runStatements(ctx, insertTriages(ctx, Array(20).fill(about), ctx.clock.now()));
    const leased = await inTransaction(ctx, async (ctx) => {
      for (const way of ctx.dialect.engine === 'postgres' ? planWays : [])
        await sql`set local enable_${sql.raw(way)} = off`.execute(ctx.db);
      return leaseWaiting(ctx, 'triage', { token: 'x', untilMs: ctx.clock.now() + 1000, limit: 2 });
    });
    const oldest = ctx.db
      .selectFrom('triage')
      .selectAll()
      .where('status', '=', 'pending')
      .orderBy('triage_id');
    const first = (await oldest.limit(2).execute()).map((row) => row.triage_id);
    expect(leased.map((row) => row.triage_id).sort()).toEqual(first);
  });
});
