import type { Kysely } from 'kysely';
import type { Database } from '../../src/store/index.ts';

/** A database whose connection is cut behind so many answers: what comes after them is a process that is gone. */
export function cutAfter(db: Kysely<Database>, answers: number): Kysely<Database> {
  let left = answers;
  return db.withPlugin({
    transformQuery: ({ node }) => node,
    async transformResult({ result }) {
      if (left-- <= 0) throw Object.assign(new Error('killed'), { code: 'ECONNRESET' });
      return result;
    },
  });
}
