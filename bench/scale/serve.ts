import { join } from 'node:path';
import type { Options } from '../harness/benchmark.ts';
import { formatNumber } from '../harness/format.ts';
import { createDatabase } from '../harness/postgres.ts';
import { openProbe } from '../harness/probe.ts';
import { waitUntilUp } from '../harness/wait.ts';
import { createTocsinHome, launchTocsin, readAdminToken } from '../sides/tocsin.ts';
import { type Address, signIn } from './ask.ts';
import { fillHistory } from './fill.ts';
import { usualRecent } from './rows.ts';

export const engines = ['sqlite', 'postgres'] as const;
export type Engine = (typeof engines)[number];

/** A server on a full database. */
export type Full = { address: Address; database: string };

/** Fills a database and starts a server on it, which the sandbox ends. */
export async function serveHistory(
  { sandbox, postgres, say }: Options,
  engine: Engine,
  { count, recent = usualRecent }: { count: number; recent?: number },
): Promise<Full> {
  const own = engine === 'postgres' ? await createDatabase(await postgres(), `scale_${count}`) : null;
  const home = await createTocsinHome(sandbox, { postgres: own });
  const database = own ?? join(home.dataDir, 'tocsin.db');
  const startedAt = performance.now();
  await fillHistory(database, count, recent);
  const seconds = formatNumber((performance.now() - startedAt) / 1000);
  say(`  ${engine}: filled with ${formatNumber(count)} in ${seconds} s`);
  const url = `http://127.0.0.1:${home.port}`;
  await waitUntilUp(`${url}/readyz`, launchTocsin(sandbox, home, 'api'));
  return { address: await signIn(url, readAdminToken(home)), database };
}

/** What was claimed waits again for the next run. */
export async function putBack(database: string): Promise<void> {
  const probe = await openProbe(database, 'writable');
  await probe.rows(`update alert set status = 'new', owner = null, lease_token = null, processing_lock_until = null
    where status = 'processing'`);
  await probe.close();
}
