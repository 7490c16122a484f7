import type { ProfileConfig } from '../config/types.ts';
import { describeOutcome, writeSeconds } from './run-alert.ts';
import type { EndedTask } from './run-types.ts';

const mostParagraphs = 20;

/** What a digest tells of. */
export type DigestFacts = {
  profile: Pick<ProfileConfig, 'name'>;
  runId: string;
  durationMs: number;
  /** How many were to run. */
  tasks: number;
  ended: readonly EndedTask[];
  /** Of the profile itself: `worker lost`, or that its time was over. */
  trouble: string | null;
  /** Why it ended before all of its tasks had; null: it did not. */
  cutShort: string | null;
  /** Failed before, and was not run or not finished this time. */
  stillFailing: readonly string[];
  /** What was told of and is well now; of a message that is about that. */
  recovered: readonly string[];
  isReminder: boolean;
};

/** Answers the title and the text of a digest: plain lines, a paragraph for each task that failed. */
export function writeDigest(facts: DigestFacts): { title: string; text: string } {
  const failed = facts.ended.filter(({ outcome }) => outcome.status !== 'succeeded');
  const head = [
    ...(facts.isReminder ? ['Reminder: this still fails.'] : []),
    `duration: ${writeSeconds(facts.durationMs)}`,
    `tasks: ${facts.tasks} (${failed.length} failed)`,
    ...(facts.trouble === null ? [] : [facts.trouble]),
    ...(facts.cutShort === null ? [] : [`cut short: ${facts.cutShort}`]),
    ...(facts.recovered.length > 0 ? [`Well again: ${facts.recovered.join(', ')}.`] : []),
    ...(facts.stillFailing.length > 0
      ? [`Failed before, not run now: ${facts.stillFailing.join(', ')}.`]
      : []),
  ].join('\n');
  const more = failed.length - mostParagraphs;
  const text = [
    head,
    ...failed.slice(0, mostParagraphs).map(writeTask),
    ...(more > 0 ? [`and ${more} more`] : []),
    `More: tocsin runs show ${facts.runId}`,
  ].join('\n\n');
  return { title: `automation: ${facts.profile.name}`, text };
}

function writeTask({ task, outcome }: EndedTask): string {
  const head = `${task.name}: ${describeOutcome(outcome)}`;
  return outcome.tail === '' ? head : `${head}\n${outcome.tail}`;
}
