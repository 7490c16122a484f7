import { decodeTime } from '../core/ids.ts';
import { type Ctx, inTransaction, runStatements } from '../store/index.ts';
import {
  type Block,
  countBlock,
  countEnds,
  createBlock,
  findNextBlock,
  findNextMark,
  listBlocksOf,
  listDueBlocks,
  lockMark,
  moveMark,
  removeEmptyBlocks,
  startMark,
  takeMarkBack,
} from './queries-blocks.ts';
import { firstRefAt } from './queries-dashboard.ts';

/** What happened to an alert may be written some time after the time that it is given. */
const settlesMs = 2 * 60_000;
/** A mark this much further than it may be is of a clock that was ahead; less is a difference of two clocks, which `settlesMs` bears. */
const aheadMs = 60_000;
/** A block is counted anew when it is twice as old, for what was written later still; at the latest after a day. */
const recountMs = { least: 5 * 60_000, most: 86_400_000 };

/** How much is done in one transaction or round. */
export type BlockBounds = { alertsPerBlock: number; changesAtOnce: number; recountsAtOnce: number };
const usual: BlockBounds = { alertsPerBlock: 1000, changesAtOnce: 2000, recountsAtOnce: 20 };

/**
 * Counts alerts by blocks and notes which sources and kinds came in them, a transaction a block; several processes may do
 * it at once. Answers whether there may be more to do.
 */
export async function noteBlocks(ctx: Ctx, bounds = usual): Promise<boolean> {
  const settledMs = ctx.clock.now() - settlesMs;
  const hasMore = [
    await countChanges(ctx, settledMs, bounds.changesAtOnce),
    await recountDue(ctx, bounds.recountsAtOnce),
    await noteNext(ctx, settledMs, bounds.alertsPerBlock),
  ];
  return hasMore.includes(true);
}

/** Counts what ended and rose since the mark, and moves that; takes it back where a clock that was ahead has moved it too far. */
function countChanges(ctx: Ctx, settledMs: number, limit: number): Promise<boolean> {
  return inTransaction(ctx, async (ctx) => {
    await startMark(ctx, settledMs);
    const markMs = (await lockMark(ctx)) ?? settledMs;
    if (markMs > settledMs + aheadMs) {
      await runStatements(ctx, takeMarkBack(ctx, { afterMs: settledMs, untilMs: markMs }));
      return true;
    }
    const untilMs = await findNextMark(ctx, { afterMs: markMs, untilMs: settledMs }, limit);
    if (untilMs === markMs) return false;
    const span = { afterMs: markMs, untilMs };
    await runStatements(ctx, moveMark(ctx, span, await countEnds(ctx, span)));
    return true;
  });
}

async function recountDue(ctx: Ctx, limit: number): Promise<boolean> {
  const due = await listDueBlocks(ctx, { mostMs: recountMs.most, limit });
  for (const block of due)
    await inTransaction(ctx, async (ctx) => {
      const markMs = await lockMark(ctx);
      if (markMs !== null) await runStatements(ctx, countAnew(ctx, block, markMs));
    });
  return due.length === limit;
}

function noteNext(ctx: Ctx, settledMs: number, size: number): Promise<boolean> {
  return inTransaction(ctx, async (ctx) => {
    const markMs = await lockMark(ctx);
    const block = await findNextBlock(ctx, firstRefAt(settledMs), size);
    if (markMs === null || block === null) return false;
    await createBlock(ctx, block);
    await runStatements(ctx, countAnew(ctx, block, markMs));
    return true;
  });
}

/** Counts anew the blocks that hold alerts which the open transaction has removed. */
export async function uncount(ctx: Ctx, removedRefs: readonly string[]): Promise<void> {
  const sorted = removedRefs.toSorted();
  const markMs = await lockMark(ctx);
  if (markMs === null || sorted.length === 0) return;
  const blocks = await listBlocksOf(ctx, sorted[0] ?? '', sorted.at(-1) ?? '');
  await runStatements(
    ctx,
    blocks.flatMap((block) => countAnew(ctx, block, markMs)),
  );
  await removeEmptyBlocks(ctx, blocks);
}

function countAnew(ctx: Ctx, block: Block, markMs: number) {
  const nowMs = ctx.clock.now();
  const ageMs = nowMs - (decodeTime(block.to_ref.slice('alrt_'.length)) ?? nowMs);
  const restMs = Math.min(recountMs.most, Math.max(recountMs.least, ageMs));
  return countBlock(ctx, block, { markMs, dueAt: nowMs + restMs });
}
