import { readdirSync, readFileSync } from 'node:fs';
import { markName, type Straggler } from './types.ts';

/** A task's processes as they are looked for: its own one leads a group and a session of its own. */
export type Family = {
  leader: number;
  /** It has ended and was taken note of: its number may be given to another process. */
  hasExited: boolean;
  /** In the environment of every process of the task that did not throw its environment away. */
  mark: string;
  /** The processes that were there before the task: they can't be its own, and need not be read. */
  before: ReadonlySet<string>;
  /** Start times, by process, of those that were seen to descend from the leader: their parents may be gone since. */
  known: Map<number, string>;
};

/** One living process of a task. */
export type Member = { pid: number; isInGroup: boolean };

type Stat = { pid: number; parent: number; group: number; session: number; startTime: string };

/** Whether processes that leave their group can be found: only Linux shows environments and sessions as files. */
export const seesAll = process.platform === 'linux';

/** Answers the processes that are there now, as their folders in `/proc` are named. */
export function listPids(): Set<string> {
  if (!seesAll) return new Set();
  return new Set(readdirSync('/proc').filter((name) => /^\d+$/.test(name)));
}

/** Answers the living processes of the task, its leader among them. Without `/proc` all that can be seen is whether its group lives: then the leader stands for it. */
export function findFamily(family: Family): Member[] {
  const { leader } = family;
  if (!seesAll) return isAlive(-leader) ? [{ pid: leader, isInGroup: true }] : [];
  const stats = [...listPids()]
    .filter((pid) => !family.before.has(pid))
    .flatMap((pid) => readStat(pid) ?? []);
  // The number of a group or a session is given away again only when it has nobody left.
  const isReused = family.hasExited && stats.some(({ pid }) => pid === leader);
  const isInGroup = ({ group }: Stat) => group === leader && !isReused;
  const isOwn = (stat: Stat) =>
    isInGroup(stat) ||
    (stat.session === leader && !isReused) ||
    family.known.get(stat.pid) === stat.startTime ||
    hasMark(stat.pid, family.mark);
  const found = addDescendants(stats, stats.filter(isOwn));
  for (const { pid, startTime } of found) family.known.set(pid, startTime);
  return found.map((stat) => ({ pid: stat.pid, isInGroup: isInGroup(stat) }));
}

function addDescendants(stats: readonly Stat[], own: readonly Stat[]): Stat[] {
  const found = new Set(own);
  const pids = new Set(own.map(({ pid }) => pid));
  // Children may stand before their parents: rounds until one finds nobody.
  for (let size = -1; size !== found.size; ) {
    size = found.size;
    for (const stat of stats) {
      if (!pids.has(stat.parent)) continue;
      found.add(stat);
      pids.add(stat.pid);
    }
  }
  return [...found];
}

/** Sends the signal to the group as one, and to those who left it one by one. */
export function signalFamily({ leader }: Family, members: readonly Member[], signal: NodeJS.Signals): void {
  const outside = members.filter(({ isInGroup }) => !isInGroup).map(({ pid }) => pid);
  for (const target of outside.length < members.length ? [-leader, ...outside] : outside) {
    try {
      process.kill(target, signal);
    } catch {
      // ESRCH: it has ended meanwhile. EPERM: it runs as somebody else, and is reported as left behind.
    }
  }
}

/** Answers who they are; not the leader, who is the task itself. */
export function describe({ leader }: Family, members: readonly Member[]): Straggler[] {
  const others = members.filter(({ pid }) => pid !== leader);
  return others.map(({ pid }) => ({ pid, command: readCommand(pid) }));
}

/** Null where there is none, or where only its exit code waits to be fetched. */
function readStat(pid: string): Stat | null {
  const text = read(pid, 'stat');
  if (text === null) return null;
  // The name before may hold anything, brackets and blanks too.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, parent, group, session] = fields;
  if (state === 'Z' || state === 'X') return null;
  const startTime = fields[19] ?? '';
  return {
    pid: Number(pid),
    parent: Number(parent),
    group: Number(group),
    session: Number(session),
    startTime,
  };
}

function hasMark(pid: number, mark: string): boolean {
  return read(String(pid), 'environ')?.includes(`${markName}=${mark}`) ?? false;
}

function readCommand(pid: number): string {
  const command = (read(String(pid), 'cmdline') ?? '').replaceAll('\0', ' ').trim();
  return Buffer.from(command, 'latin1').toString().slice(0, 200);
}

function read(pid: string, file: string): string | null {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    // It has ended meanwhile, or it belongs to somebody else: then it is not one of ours to find.
    return null;
  }
}

function isAlive(target: number): boolean {
  try {
    process.kill(target, 0);
    return true;
  } catch {
    return false;
  }
}
