import { expect, it } from 'vitest';
import type { Postmortem } from '../../src/incidents/postmortem/make.ts';
import { describeSharedStores, type SharedEngine, type StoreHarness } from '../stores.ts';
import { reportsOfNight, tellNight, worstService } from './night.ts';
import { readOutcome } from './outcome.ts';
import { ask, playNight } from './play.ts';

/*
 * npm run story alerts: six hours of a bad night, played on a clock that only the story moves. What it ends with is in
 * alerts.expected.txt, one file for both engines; `npx vitest run test/story --update` writes it anew.
 */

const seed = 7;

/** Declares the story on one engine, each in a file of its own, so that they are played side by side. */
export function tellBadNight(engine: SharedEngine): void {
  describeSharedStores('a bad night', playAndCompare, [engine]);
}

function playAndCompare(open: () => Promise<StoreHarness>): void {
  it('ends with exactly what it should, and why says what decided for whatever nobody was told of', {
    timeout: 180_000,
  }, async () => {
    const night = tellNight(seed);
    expect(night).toHaveLength(reportsOfNight);
    const worker = await playNight(await open(), night);
    const worst = await worker.ctx.db
      .selectFrom('incident')
      .select('number')
      .where('service', '=', worstService)
      .executeTakeFirstOrThrow();
    const drafted = (await ask(worker, 'incidents.postmortem', { id: `INC-${worst.number}` })) as {
      artifacts: { name: string }[];
      followups_added: number;
    };
    const draft = await ask(worker, 'incidents.artifact', {
      id: `INC-${worst.number}`,
      artifact: 'postmortem_draft.json',
    });
    const { impact, response } = JSON.parse((draft as { content: string }).content) as Postmortem;
    const postmortem = {
      impact,
      response,
      artifacts: drafted.artifacts.map(({ name }) => name),
      followups: drafted.followups_added,
    };
    const outcome = { ...(await readOutcome(worker)), postmortem };
    await expect(`${JSON.stringify(outcome, null, 2)}\n`).toMatchFileSnapshot('alerts.expected.txt');
  });
}
