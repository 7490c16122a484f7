import { existsSync, readFileSync } from 'node:fs';

/** A line that a task wrote. */
export type Entry = { task: string; what: 'begin' | 'end' | 'child'; atMs: number; pid: number };

/** Answers what the tasks wrote so far, in the order in which it came. */
export function readJournal(path: string): Entry[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => {
    const [task = '', what, atMs, pid] = line.split(' ');
    return { task, what: what as Entry['what'], atMs: Number(atMs), pid: Number(pid) };
  });
}

/** Answers whether the process lives; one that only waits to be noticed by its parent does not. */
export function isAlive(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
