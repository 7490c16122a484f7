import { expect, it } from 'vitest';
import { describeEachStore } from '../../test/stores.ts';
import { inTransaction } from '../store/index.ts';
import { createIncident } from './create-incident.ts';
import { type ClimbCursor, firstClimbing, selectClimbing } from './queries-climb.ts';

describeEachStore('incidents of which a step is due', (open) => {
  it('come page by page, each once, however far they have climbed', async () => {
    const { ctx, clock } = await open();
    const ids: string[] = [];
    for (const service of ['a', 'b', 'c', 'd', 'e']) {
      const wanted = { title: 'down', service, env: 'prod', summary: null, components: [] };
      const row = await inTransaction(ctx, (ctx) => createIncident(ctx, { ...wanted, severity: 'P1' }));
      ids.push(row.incident_id);
    }
    const [first = ''] = ids;
    await ctx.db.updateTable('incident').set({ climbed_ms: 1000 }).where('incident_id', '=', first).execute();
    await clock.advance(2000);
    const steps = [1000, 2000].map((afterMs) => ({ afterMs, channels: [], match: {} }));
    const pages: string[][] = [];
    for (let after: ClimbCursor | undefined = firstClimbing; after; ) {
      const page: ClimbCursor[] = await selectClimbing(ctx, steps, { after, limit: 2 });
      pages.push(page.map(({ incidentId }) => incidentId));
      after = page.at(-1);
    }
    expect(pages).toEqual([ids.slice(1, 3), ids.slice(3), [first], []]);
  });
});
