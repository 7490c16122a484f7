import { expect, it } from 'vitest';
import { describeEachStore } from '../../test/stores.ts';
import { startWorker } from '../../test/supervised.ts';
import { selectQuietIds } from './queries-incident.ts';

describeEachStore('open incidents', (open) => {
  it('are quiet when they have no live alert', async () => {
    const worker = await startWorker(await open());
    await worker.report({ service: 'a' }, { service: 'b' }, { service: 'c' });
    await worker.settle();
    await worker.report({ service: 'b', status: 'resolved' }, { service: 'c', status: 'resolved' });
    const ofService = worker.ctx.db.selectFrom('incident').select('incident_id').orderBy('service');
    const [, b = '', c = ''] = (await ofService.execute()).map((row) => row.incident_id);
    expect((await selectQuietIds(worker.ctx, '', 5)).sort()).toEqual([b, c].sort());
    expect(await selectQuietIds(worker.ctx, b, 5)).toEqual(c > b ? [c] : []);
    await worker.ctx.db
      .updateTable('incident')
      .set({ status: 'closed' })
      .where('incident_id', '=', b)
      .execute();
    expect(await selectQuietIds(worker.ctx, '', 5)).toEqual([c]);
  });
});
