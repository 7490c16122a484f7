import { CompiledQuery } from 'kysely';
import { expect, it } from 'vitest';
import { fillEveryTable } from '../../../test/every-table.ts';
import { describeSharedStores, quietLog, type StoreHarness } from '../../../test/stores.ts';
import { checkDatabase } from '../index.ts';

const lookAt = ({ options, clock }: StoreHarness) => checkDatabase(options, clock.now(), quietLog);
const troubles = async (harness: StoreHarness) =>
  (await lookAt(harness))
    .filter(({ status }) => status !== 'ok')
    .map(({ status, detail, fix }) => ({ status, detail, fix }));

/** What breaks each rule, on rows of which there are two in every table. */
const breaks = [
  'drop index alert_live',
  'drop index incident_signature_open',
  'drop view alerts',
  `update alert set ended_at = null, dedupe_key = 'k', incident_id = 'inc_0'`,
  `update alert set status = 'processing' where alert_ref = 'x1'`,
  `update alert set status = 'dead' where alert_ref = 'x2'`,
  `update incident_signature set ended_at = null, env = 'prod', signature = 's'`,
  `update counter set value = 1 where name = 'incident'`,
  `update notification set status = 'pending' where notification_id = 'x1'`,
  `update notification set status = 'dead' where notification_id = 'x2'`,
  `update run set status = 'running', parent_run_id = null, scheduled_for = null`,
];

describeSharedStores('a check of the database', (open) => {
  it('finds a new one well in all respects', async () => {
    const findings = await lookAt(await open());
    expect(findings.length).toBeGreaterThan(10);
    expect(findings.filter(({ status }) => status !== 'ok')).toEqual([]);
  });

  it('says all that is broken or stuck, and what to do', async () => {
    const harness = await open();
    const run = (statement: string) => harness.ctx.db.executeQuery(CompiledQuery.raw(statement));
    await fillEveryTable(harness.ctx);
    await run(`update notification set status = 'delivered'`);
    await run(`update run set status = 'succeeded'`);
    await run(`insert into counter values ('incident', 2)`);
    expect(await troubles(harness)).toEqual([]);
    for (const statement of breaks) await run(statement);
    const found = await troubles(harness);
    expect(found.map(({ status, detail }) => `${status} ${detail}`)).toEqual([
      'fail missing: incident_signature_open, alerts, alert_live',
      'fail 1 keys with several live alerts',
      'fail 1 signatures with several open incidents',
      'fail 2 live alerts of incidents that are not there',
      'fail 1 incidents with numbers that are still to be given',
      'warn 1 alerts whose worker is gone for 15 minutes',
      'warn 1 dead alerts',
      'warn 1 messages that are due for 5 minutes or more',
      'warn 1 dead messages',
      'warn 2 runs whose process is gone for 15 minutes',
    ]);
    expect(found.every(({ fix }) => fix !== null)).toBe(true);
  });

  it('looks at nothing else where the schema is newer than the program', async () => {
    const harness = await open();
    await harness.ctx.db.insertInto('migration').values({ name: '9999-later', applied_at: 1 }).execute();
    expect((await lookAt(harness)).at(-1)).toMatchObject({
      status: 'fail',
      detail: expect.stringContaining('9999-later'),
    });
  });
});
