import { readFileSync } from 'node:fs';

// USER_HZ of Linux on every platform that Node runs on.
const ticksPerSecond = 100;

/** Answers the CPU time that a process has used so far, all its threads, in microseconds; Linux only. */
export function readCpuMicros(pid: number): number {
  return readStatMicros(`/proc/${pid}/stat`);
}

/** Answers what of that its first thread has used, which in Node is the one that speaks HTTP; Linux only. */
export function readMainThreadMicros(pid: number): number {
  return readStatMicros(`/proc/${pid}/task/${pid}/stat`);
}

function readStatMicros(file: string): number {
  const stat = readFileSync(file, 'utf8');
  // The name in parentheses may hold blanks; fields 14 and 15 are user and system time.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) / ticksPerSecond) * 1_000_000;
}

/** Answers how much of a process lies in memory now, in MiB; Linux only. */
export function readResidentMiB(pid: number): number {
  const line = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(line?.[1]) / 1024;
}
