import type { Clock } from '../../core/clock.ts';

/** Which checkout to bring up to date, and what its new revision has to pass. */
export type SyncRequest = {
  /** Absolute path of the checkout: the root of a git repository with a remote `origin`. */
  repoDir: string;
  branch: string;
  /** Absolute path of the folder in which every revision has a tree of its own. */
  treesDir: string;
  /** Throws where the jobs in that tree could not be put in force. */
  validate(treeDir: string): Promise<NewJobs>;
  /** Answers the revisions that running runs have started with. */
  revisionsInUse(): Promise<readonly string[]>;
  clock: Clock;
  /** Ends the sync early, which is a problem like any other. */
  signal: AbortSignal;
};

/** What the jobs of a revision ask for. */
export type NewJobs = {
  /** Run in a new tree before tasks get to see it, as an argv list; null: nothing. */
  postCommand: readonly string[] | null;
};

/** What tasks run in. */
export type Checkout = {
  /** The commit that is there; null: the folder is no checkout. */
  revision: string | null;
  /** The working directory of tasks. */
  cwd: string;
};

export type SyncResult = Checkout & {
  /** Whether tasks get to see another revision than before. */
  changed: boolean;
  /** What stood in the way, without secrets; tasks then run on the tree that is there. Null: nothing. */
  problem: string | null;
  /** Whether the new revision asks for other dependencies than the one before. */
  lockFileChanged: boolean;
  /** What was put right or kept on the way, for the log. */
  notes: readonly string[];
};

/** Sees to it that what works for us ends when we do, however we end. */
export type Guard = {
  /** Names the process group that is at work from now on; null: none is. */
  watch(group: number | null): void;
};

/** What ends a tool that runs too long, or longer than we do. */
export type Limits = Pick<SyncRequest, 'clock' | 'signal'> & { guard?: Guard };

/** A sync that has the checkout for itself. */
export type GuardedRequest = SyncRequest & { guard?: Guard };
