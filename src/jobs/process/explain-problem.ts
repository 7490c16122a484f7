import { open, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Launch, SpawnProblem } from './types.ts';

/** Answers in words why a program could not be started: which file it is about, and what to do. */
export async function explainSpawnProblem({ code, message }: SpawnProblem, launch: Launch): Promise<string> {
  return `spawn failed: ${(await explain(code, launch)) ?? message}`;
}

async function explain(code: string, launch: Launch): Promise<string | null> {
  const [program = ''] = launch.argv;
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return explainMissing(launch, program);
    case 'EACCES':
      return explainDenied(launch, program);
    case 'ENOEXEC':
      return `${program} is no program and has no first line that names one: begin it with #!/bin/sh or the like, or give it a runner`;
    case 'E2BIG':
      return `the arguments and the environment of ${program} are larger than the system takes: pass less, or pass a file`;
    case 'EAGAIN':
    case 'ENOMEM':
      return `the system has no room for another process (${code}): raise its limit of processes or of memory`;
    case 'EMFILE':
    case 'ENFILE':
      return `too many files are open (${code}): raise the limit (ulimit -n, LimitNOFILE)`;
    case 'LOST':
      return `the process that starts tasks died meanwhile; nothing of the task goes on`;
    default:
      return null;
  }
}

async function explainMissing({ cwd, env }: Launch, program: string): Promise<string> {
  if (!(await isFolder(cwd))) return `there is no folder ${cwd} to run ${program} in`;
  if (!program.includes('/'))
    return `there is no program ${program} in PATH (${env.PATH ?? 'not set'}): install it, or name its whole path`;
  const path = resolve(cwd, program);
  const interpreter = await readInterpreter(path);
  if (interpreter !== null)
    return `the first line of ${path} names ${interpreter}, which is not there: install it, or correct the line`;
  return `there is no file ${path}: correct the name, or check that the checkout holds it`;
}

async function explainDenied({ cwd }: Launch, program: string): Promise<string> {
  const path = resolve(cwd, program);
  if (await isFolder(path)) return `${path} is a folder, no program`;
  if (program.includes('/') && (await isFile(path)))
    return `${path} may not be run (EACCES): make it executable with chmod +x, or give it a runner; a disk mounted noexec forbids it too`;
  return `${program} may not be run in ${cwd} (EACCES): check who may read and enter the folders on the way`;
}

async function isFolder(path: string): Promise<boolean> {
  return (await find(path))?.isDirectory() ?? false;
}

async function isFile(path: string): Promise<boolean> {
  return (await find(path))?.isFile() ?? false;
}

async function find(path: string) {
  // Whatever keeps it from being seen, for whoever starts it it is not there.
  return stat(path).catch(() => null);
}

/** Answers what the first line names as `#!`; null where it names nothing, or there is no file. */
async function readInterpreter(path: string): Promise<string | null> {
  const file = await open(path).catch(() => null);
  if (file === null) return null;
  try {
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(256), position: 0 });
    return /^#!\s*(\S+)/.exec(buffer.toString('utf8', 0, bytesRead))?.[1] ?? null;
  } finally {
    await file.close();
  }
}
