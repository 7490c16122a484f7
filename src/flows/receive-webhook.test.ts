import { afterAll, expect, it } from 'vitest';
import { createTestClock } from '../../test/clock.ts';
import { describeEachStore } from '../../test/stores.ts';
import { startWorker } from '../../test/supervised.ts';
import type { WebhookConfig } from '../config/index.ts';
import { createMapper } from '../webhooks/index.ts';
import { receiveWebhook } from './receive-webhook.ts';
import { applyRetention } from './retention.ts';

const config: WebhookConfig = {
  proof: { kind: 'hmac', secret: 'x', header: 'x-hub-signature-256' },
  mapping: 'list ? list.{ "service": "api", "title": $ } : title ? { "service": "api", "title": title } : []',
  defaults: {},
  severities: {},
};

describeEachStore('deliveries', (open) => {
  // One for all: its process takes longer to start than a test takes.
  const mapper = createMapper(createTestClock());
  afterAll(() => mapper.stop());

  async function start() {
    const harness = await open();
    const worker = await startWorker(harness);
    const receive = (body: unknown, key: string | null, webhook = 'billing') =>
      receiveWebhook(worker.ctx, mapper, {
        webhook,
        config,
        body: JSON.stringify(body),
        isNdjson: false,
        headers: {},
        key,
      });
    const occurrences = async () =>
      (
        await worker.ctx.db.selectFrom('alert').select(['title', 'occurrences']).orderBy('title').execute()
      ).map((row) => `${row.title} ${row.occurrences}`);
    return { harness, worker, receive, occurrences };
  }

  it('with a key are taken once, however many come at once, and all get the first answer', async () => {
    const { receive, occurrences } = await start();
    const received = await Promise.all(Array.from({ length: 6 }, () => receive({ title: 'down' }, 'k1')));
    expect(received.filter(({ isRepeat }) => !isRepeat)).toHaveLength(1);
    expect(new Set(received.map(({ answers }) => JSON.stringify(answers))).size).toBe(1);
    expect(await receive({ title: 'down' }, 'k1')).toMatchObject({
      isRepeat: true,
      isSingle: true,
      answers: [{ accepted: true, occurrences: 1 }],
    });
    expect(await occurrences()).toEqual(['down 1']);
    await receive({ title: 'down' }, 'k2');
    await receive({ title: 'down' }, 'k1', 'other');
    expect(await occurrences()).toEqual(['down 3']);
  });

  it('without a key are reports as all others', async () => {
    const { receive, occurrences } = await start();
    await receive({ list: ['a', 'b'] }, null);
    expect(await receive({ title: 'a' }, null)).toMatchObject({ isRepeat: false });
    expect(await receive({}, null)).toEqual({ answers: [], isSingle: false, isRepeat: false });
    expect(await occurrences()).toEqual(['a 2', 'b 1']);
  });

  it('with another body under a key that was taken are refused', async () => {
    const { receive, occurrences } = await start();
    await receive({ title: 'a' }, 'k1');
    await expect(receive({ title: 'b' }, 'k1')).rejects.toMatchObject({
      code: 'CONFLICT',
      details: { reason: 'other_body' },
    });
    expect(await occurrences()).toEqual(['a 1']);
  });

  it('that were not taken whole may come again', async () => {
    const { receive, occurrences } = await start();
    const half = { list: ['a', { no: 'text' }] };
    for (const times of [1, 2]) {
      const { answers, isRepeat } = await receive(half, 'k1');
      expect(isRepeat).toBe(false);
      expect(answers).toMatchObject([{ accepted: true, occurrences: times }, { accepted: false }]);
    }
    expect(await occurrences()).toEqual(['a 2']);
  });

  it('ring for the supervisor, and are forgotten after a week', async () => {
    const { harness, worker, receive, occurrences } = await start();
    await receive({ title: 'a' }, 'k1');
    await worker.settle();
    expect(await worker.messages()).toHaveLength(1);
    await harness.clock.advance(8 * 86_400_000);
    await applyRetention(worker.ctx, false);
    expect(await receive({ title: 'a' }, 'k1')).toMatchObject({ isRepeat: false });
    expect(await occurrences()).toHaveLength(2);
  });
});
