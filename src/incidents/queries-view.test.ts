import { expect, it } from 'vitest';
import { describeEachStore } from '../../test/stores.ts';
import { startWorker } from '../../test/supervised.ts';
import { nameService, nameSignature, selectIncidentsOfSignatures, selectNeighbours } from './queries-view.ts';

const envs = ['prod', 'staging'];

describeEachStore('the view of alerts of several services', (open) => {
  it('holds the incidents of these services in these envs, and none that the lists have in common', async () => {
    const worker = await startWorker(await open());
    await worker.report(...envs.flatMap((env) => ['api', 'db'].map((service) => ({ service, env }))));
    await worker.settle();
    const { ctx } = worker;
    const alerts = await ctx.db.selectFrom('alert').select(['signature', 'service', 'env']).execute();
    // An incident in each place, so that what is answered is what is asked for.
    const { numUpdatedRows } = await ctx.db
      .updateTable('incident')
      .set({ status: 'open' })
      .executeTakeFirstOrThrow();
    expect([alerts.length, Number(numUpdatedRows)]).toEqual([4, 4]);
    const keys = alerts.filter(({ service, env }) => (service === 'api') === (env === 'prod'));
    const asked = {
      signatures: keys.map(({ signature }) => signature),
      services: keys.map(({ service }) => service),
      envs,
      failureNames: keys.map(nameSignature),
      serviceNames: keys.map(nameService),
    };
    for (const select of [selectIncidentsOfSignatures, selectNeighbours]) {
      const { rows } = await ctx.db.executeQuery(select(ctx, null, asked));
      expect(rows.map(nameService).sort()).toEqual(['prod\napi', 'staging\ndb']);
    }
  });
});
