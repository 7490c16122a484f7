import type { Ctx } from './ctx.ts';
import { isSerializationFailure, isUniqueViolation } from './errors.ts';

const maxTries = 5;

/**
 * Runs the work in one transaction and answers its result after the commit; inside an open one it just runs.
 * Deadlocks, serialization failures and lost races for a unique key are tried again on what the winner left, so the
 * work must have no effect but on the database; what must happen after the commit goes through `runAfterCommit`.
 */
export async function inTransaction<C extends Ctx, R>(ctx: C, work: (ctx: C) => Promise<R>): Promise<R> {
  if (ctx.afterCommit) return work(ctx);
  for (let tries = 1; ; tries++) {
    const effects: (() => void)[] = [];
    try {
      const result = await ctx.db
        .transaction()
        .execute((db) =>
          work({ ...ctx, db, afterCommit: (effect: () => void) => void effects.push(effect) }),
        );
      for (const effect of effects) effect();
      return result;
    } catch (error) {
      if (tries >= maxTries || !(isSerializationFailure(error) || isUniqueViolation(error))) throw error;
    }
  }
}

/** Does it once the open transaction is durable, or at once where none is open. */
export function runAfterCommit(ctx: Ctx, effect: () => void): void {
  if (ctx.afterCommit) ctx.afterCommit(effect);
  else effect();
}
