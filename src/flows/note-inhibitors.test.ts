import { expect, it } from 'vitest';
import { describeEachStore } from '../../test/stores.ts';
import { loadTestConfig, startWorker } from '../../test/supervised.ts';
import type { InhibitionConfig } from '../config/types.ts';
import { createInhibitorNotes } from './note-inhibitors.ts';

const rule: InhibitionConfig = {
  name: 'r',
  when: { service: ['db'] },
  mute: { service: ['api'] },
  equal: ['env'],
};

describeEachStore('the notes of what inhibits', (open) => {
  it('take in a few live alerts at a time, begin anew with other rules, and go with the last rule', async () => {
    const worker = await startWorker(await open(), { config: await loadTestConfig() });
    const { ctx } = worker;
    const titles = ['a', 'b', 'c', 'd', 'e'];
    await worker.report(...titles.map((title) => ({ service: 'db', title, dedupeTtlMs: null })));
    const note = createInhibitorNotes({ liveAtOnce: 1, stepsAtMost: 2 });
    const countAfter = async (inhibitions: readonly InhibitionConfig[]) => {
      await note({ ...ctx, config: { ...ctx.config, inhibitions } });
      return (await ctx.db.selectFrom('inhibitor').select('alert_ref').execute()).length;
    };
    const rules = [rule];
    expect(await countAfter(rules)).toBe(2);
    expect(await countAfter(rules)).toBe(4);
    expect(await countAfter(rules)).toBe(5);
    expect(await countAfter(rules)).toBe(5);
    const edited: InhibitionConfig[] = [rule, { ...rule, equal: ['service'] }];
    expect(await countAfter(edited)).toBe(7);
    expect(await countAfter([])).toBe(0);
  });
});
