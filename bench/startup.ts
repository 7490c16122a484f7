import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { alternate } from './harness/alternate.ts';
import type { Benchmark, Measure, Options } from './harness/benchmark.ts';
import { findFreePort, waitUntilUp } from './harness/wait.ts';
import { onBothEngines, tocsinSides } from './sides/engines.ts';
import { createTocsinHome, launchTocsin, type TocsinHome, tocsinProgram } from './sides/tocsin.ts';

const about = {
  name: 'startup',
  summary: 'from the start of the process to the first 200, with the schema in place',
};
const floorProgram = fileURLToPath(new URL('./floors/hello-server.ts', import.meta.url));

/** How long a start takes: on nothing, on what an earlier start has left, and of a command that only prints. */
export const startup: Benchmark = {
  ...about,
  run: (options) =>
    alternate(about, options, {
      columns: [
        { key: 'freshMs', title: 'first start, ms' },
        { key: 'againMs', title: 'second start, ms' },
        { key: 'helpMs', title: '--help, ms' },
      ],
      sides: [
        ...onBothEngines(options, (postgres) => measureTocsin(options, postgres)),
        { name: 'fastify alone', missing: null, measure: () => measureFloor(options) },
      ],
      goals: [
        ...tocsinSides.map((side) => ({
          side,
          column: 'freshMs',
          bound: 'at most' as const,
          value: 700,
          of: null,
        })),
        { side: 'tocsin sqlite', column: 'helpMs', bound: 'at most', value: 100, of: null },
      ],
    }),
};

async function measureTocsin({ sandbox }: Options, postgres: string | null): Promise<Measure> {
  const home = await createTocsinHome(sandbox, { postgres });
  const start = () => measureStart(home.port, () => launchTocsin(sandbox, home));
  return { freshMs: await start(), againMs: await start(), helpMs: measureHelp(home) };
}

async function measureFloor({ sandbox }: Options): Promise<Measure> {
  const port = await findFreePort();
  const start = () => sandbox.start('fastify', [process.execPath, floorProgram, String(port)]);
  return { freshMs: await measureStart(port, start) };
}

/** Starts a process, waits until it is ready, and stops it again. */
async function measureStart(port: number, start: () => ReturnType<typeof launchTocsin>): Promise<number> {
  const startedAt = performance.now();
  const running = start();
  // Ready is later than alive: it answers 200 only when the schema is in place and every part runs.
  await waitUntilUp(`http://127.0.0.1:${port}/readyz`, running);
  const tookMs = performance.now() - startedAt;
  await running.stop();
  return tookMs;
}

function measureHelp({ folder, env }: TocsinHome): number {
  const startedAt = performance.now();
  execFileSync(tocsinProgram, ['--help'], { cwd: folder, env: { PATH: process.env.PATH, ...env } });
  return performance.now() - startedAt;
}
