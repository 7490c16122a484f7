import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { describeEachStore } from '../../test/stores.ts';
import { insertMany } from '../store/index.ts';

const minuteMs = 60_000;

describeEachStore('the view of signatures', (open) => {
  it('counts the alerts of the last hour and the triages of the last day', async () => {
    const { ctx } = await open();
    // A view goes by the clock of its engine.
    const nowMs = Date.now();
    const known = { signature: 's', last_triage_at: null, last_alert_at: nowMs };
    const minute = { signature: 's', env: 'prod', occurrences: 2, triages: 1, due_ref: null };
    const ages = [0, 55 * minuteMs, 65 * minuteMs, 23 * 60 * minuteMs, 25 * 60 * minuteMs];
    await insertMany(ctx, 'signature_state', [
      { ...known, env: 'prod' },
      { ...known, env: 'staging' },
    ]);
    await insertMany(
      ctx,
      'signature_minute',
      ages.map((ageMs) => ({ ...minute, minute_at: nowMs - ageMs })),
    );
    const view = sql`select env, occurrences_60m, triage_count_24h from incident_signature_state order by env`;
    expect((await view.execute(ctx.db)).rows).toEqual([
      { env: 'prod', occurrences_60m: 4, triage_count_24h: 4 },
      { env: 'staging', occurrences_60m: 0, triage_count_24h: 0 },
    ]);
  });
});
