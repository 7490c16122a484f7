import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

const launcher = join(import.meta.dirname, '../../bin/tocsin');

/** How a command ended, and what it said. */
type Run = { code: number | null; stdout: string; stderr: string };

type CleanUp = (end: () => void | Promise<void>) => void;

/** Makes a folder with this tocsin.yaml, removed when the test ends; tests beside each other hand in their own `onTestFinished`. */
export async function makeFolder(yaml: string, cleanUp: CleanUp = onTestFinished): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tocsin-process-'));
  cleanUp(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'tocsin.yaml'), yaml);
  return folder;
}

/** Starts the command line as its users do; killed when the test ends. */
export function launch(
  folder: string,
  args: readonly string[],
  env: Record<string, string> = {},
  cleanUp: CleanUp = onTestFinished,
): ChildProcess {
  const inherited = { PATH: process.env.PATH, HOME: process.env.HOME };
  const child = spawn(launcher, args, { cwd: folder, env: { ...inherited, ...env } });
  cleanUp(() => void child.kill('SIGKILL'));
  return child;
}

/** Runs a command to its end. */
export async function run(
  folder: string,
  args: readonly string[],
  env: Record<string, string> = {},
  cleanUp: CleanUp = onTestFinished,
): Promise<Run> {
  const child = launch(folder, args, env, cleanUp);
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk) => {
    stdout += String(chunk);
  });
  child.stderr?.on('data', (chunk) => {
    stderr += String(chunk);
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}

/** Starts a server on a free port; answers it and its address once it listens: that for metrics, where it is the only one. */
export async function serve(
  folder: string,
  args: readonly string[] = [],
): Promise<{ child: ChildProcess; url: string }> {
  const child = launch(folder, ['serve', ...args]);
  let text = '';
  for await (const chunk of child.stdout ?? []) {
    text += String(chunk);
    const url = /(?:listening|metrics) on (http:[^;,]+)[;,]/.exec(text)?.[1];
    if (url) return { child, url };
  }
  throw new Error(`it did not start: ${text}`);
}
