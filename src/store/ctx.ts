import type { Kysely } from 'kysely';
import type { Actor } from '../core/actor.ts';
import type { Clock } from '../core/clock.ts';
import type { Ids } from '../core/ids.ts';
import type { Log } from '../core/log.ts';
import type { Dialect } from './dialect.ts';
import type { Database } from './schema.ts';

/** What every verb is handed. Inside `inTransaction` the `db` is the open transaction; shadow the name, so that no other is in reach. */
export type Ctx = {
  readonly db: Kysely<Database>;
  readonly dialect: Dialect;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly actor: Actor;
  readonly requestId: string | null;
  /** Set while a transaction is open: what to do once it is durable. */
  readonly afterCommit: ((effect: () => void) => void) | null;
};
