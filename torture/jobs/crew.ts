import type { Running, Sandbox } from '../../bench/harness/sandbox.ts';
import { waitUntilUp } from '../../bench/harness/wait.ts';
import { createTocsinHome, launchTocsin, type TocsinHome } from '../../bench/sides/tocsin.ts';

/** A process that runs the schedule. */
export type Scheduler = { home: TocsinHome; role: 'all' | 'scheduler'; running: Running };

/** Starts two schedulers on one database and one checkout: a whole Tocsin, and a scheduler beside it. */
export async function startCrew(
  sandbox: Sandbox,
  postgres: string | null,
  checkout: string,
): Promise<readonly [Scheduler, Scheduler]> {
  const config = { channels: { ops: { type: 'log' } }, routes: [{ name: 'all', channels: ['ops'] }] };
  const createHome = async (dataDir: string | null) => {
    const home = await createTocsinHome(sandbox, { postgres, config }, dataDir);
    return { ...home, env: { ...home.env, REPO_DIR: checkout } };
  };
  const home = await createHome(null);
  const first: Scheduler = { home, role: 'all', running: launchTocsin(sandbox, home, 'all') };
  await waitUntilUp(`http://127.0.0.1:${home.port}/readyz`, first.running);
  const besideHome = await createHome(home.dataDir);
  const running = launchTocsin(sandbox, besideHome, 'scheduler');
  return [first, { home: besideHome, role: 'scheduler', running }];
}

/** Kills it at once, as a power cut would; answers when. */
export async function killScheduler(scheduler: Scheduler): Promise<number> {
  await scheduler.running.kill();
  return Date.now();
}

/** Starts it again, as systemd would. */
export function restart(sandbox: Sandbox, scheduler: Scheduler): void {
  scheduler.running = launchTocsin(sandbox, scheduler.home, scheduler.role);
}
