import { expect, it } from 'vitest';
import { describeEachStore, type StoreHarness } from '../../../test/stores.ts';
import { bareFacts } from '../../../test/triage-facts.ts';
import { inTransaction, runStatements, type TriageRow } from '../../store/index.ts';
import { createIncident } from '../create-incident.ts';
import { selectArtifactHeads } from '../queries-artifact.ts';
import { selectEvents } from '../queries-event.ts';
import { insertTriages } from '../queries-triage.ts';
import { claimTriages, failTriage, finishTriage, isWornOut } from './claim.ts';
import { makeTriageReport } from './make-report.ts';

const report = makeTriageReport(bareFacts, 0);

/** Answers the id of an incident that has a triage waiting. */
async function seed({ ctx, clock }: StoreHarness): Promise<string> {
  return inTransaction(ctx, async (ctx) => {
    const wanted = {
      title: 'x',
      service: 'api',
      env: 'prod',
      severity: 'P1',
      summary: null,
      components: [],
    } as const;
    const { incident_id: incidentId } = await createIncident(ctx, wanted);
    const triage = { incidentId, alertRef: 'alrt_1', signature: 's', env: 'prod' };
    await runStatements(ctx, insertTriages(ctx, [triage], clock.now()));
    return incidentId;
  });
}

async function claimOne({ ctx }: StoreHarness): Promise<TriageRow> {
  const [triage, ...more] = await claimTriages(ctx, 5);
  expect(more).toEqual([]);
  return triage as TriageRow;
}

describeEachStore('a triage', (open) => {
  it('is leased to one worker, and to another once the lease has run out', async () => {
    const harness = await open();
    await seed(harness);
    await claimOne(harness);
    await harness.clock.advance(29_999);
    expect(await claimTriages(harness.ctx, 5)).toEqual([]);
    await harness.clock.advance(1);
    expect(await claimOne(harness)).toMatchObject({ attempts: 2 });
  });

  it('is not ended by a worker that lost it', async () => {
    const harness = await open();
    const incidentId = await seed(harness);
    const lost = await claimOne(harness);
    await harness.clock.advance(30_000);
    const held = await claimOne(harness);
    expect(await finishTriage(harness.ctx, lost, report, false)).toBe(false);
    expect(await failTriage(harness.ctx, lost, 'late')).toBe(false);
    expect(await finishTriage(harness.ctx, held, report, false)).toBe(true);
    expect(await finishTriage(harness.ctx, held, report, false)).toBe(false);
    expect(await selectArtifactHeads(harness.ctx, incidentId, 10)).toHaveLength(2);
  });

  it('that fails is tried three times, says so each time, and is given up', async () => {
    const harness = await open();
    const incidentId = await seed(harness);
    for (let attempt = 1; attempt <= 3; attempt++) {
      expect(await failTriage(harness.ctx, await claimOne(harness), 'broken')).toBe(true);
      await harness.clock.advance(5000);
    }
    expect(await claimTriages(harness.ctx, 5)).toEqual([]);
    const events = await selectEvents(harness.ctx, incidentId, 10);
    expect(
      events
        .filter((event) => event.type === 'triage')
        .map((event) => event.message)
        .sort(),
    ).toEqual([
      'triage failed and is given up (attempt 3): broken',
      'triage failed and is tried again (attempt 1): broken',
      'triage failed and is tried again (attempt 2): broken',
    ]);
  });

  it('is worn out when ten workers have ended with it', async () => {
    const harness = await open();
    await seed(harness);
    const worn: boolean[] = [];
    for (let attempt = 1; attempt <= 11; attempt++) {
      worn.push(isWornOut(await claimOne(harness)));
      await harness.clock.advance(30_000);
    }
    expect(worn).toEqual([...Array.from({ length: 10 }, () => false), true]);
  });
});
