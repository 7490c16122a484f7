import { randomUUID } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { Client } from 'pg';
import type { Claimer } from './claimer.ts';

/*
 * The least that claim and ack cost: two statements on a table that has the columns and the index for them and nothing
 * else, each a durable commit. No events, no look for lost leases, no retries.
 */

const leaseMs = 600_000;

/** Answers a claimer by bare statements; `target` is an address of PostgreSQL or a SQLite file. */
export function createBareClaimer(target: string): Promise<Claimer> {
  return target.startsWith('postgres') ? createOnPostgres(target) : Promise.resolve(createOnSqlite(target));
}

const claimText = (lock: string, place: (n: number) => string) => `
  update work set status = 'processing', lease_token = ${place(1)}, locked_until = ${place(2)}
  where id in (select id from work where status = 'new' order by rank, id limit ${place(3)} ${lock})
  returning *`;

async function createOnPostgres(target: string): Promise<Claimer> {
  const client = new Client(target);
  await client.connect();
  const claim = { name: 'claim', text: claimText('for update skip locked', (n) => `$${n}`) };
  const ack = {
    name: 'ack',
    text: `update work set status = 'acked', lease_token = null where id = any($1) and lease_token = $2`,
  };
  return {
    async claimAndAck(limit) {
      const token = randomUUID();
      const { rows } = await client.query({ ...claim, values: [token, Date.now() + leaseMs, limit] });
      if (rows.length === 0) return 0;
      const ids = rows.map((row: { id: string }) => row.id);
      return (await client.query({ ...ack, values: [ids, token] })).rowCount ?? 0;
    },
  };
}

function createOnSqlite(target: string): Claimer {
  const database = new DatabaseSync(target, { timeout: 10_000 });
  database.exec('pragma journal_mode = wal; pragma synchronous = full; pragma cache_size = -65536');
  const claim = database.prepare(claimText('', () => '?'));
  const ack = database.prepare(`
    update work set status = 'acked', lease_token = null
    where id in (select value from json_each(?)) and lease_token = ?`);
  return {
    async claimAndAck(limit) {
      const token = randomUUID();
      const rows = claim.all(token, Date.now() + leaseMs, limit);
      if (rows.length === 0) return 0;
      return Number(ack.run(JSON.stringify(rows.map((row) => row.id)), token).changes);
    },
  };
}
