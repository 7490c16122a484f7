import { firstShown, type Zone } from './cron/index.ts';

/*
 * Who is on call when. A wall time is what a clock on the wall shows, as if it were UTC, so that a handover at nine stays at
 * nine whatever the clocks do; one that they skip comes right after the gap.
 */

/** People who take turns, the first of them from the start on. */
export type Rotation = {
  /** IANA name of the zone whose clocks count. */
  timezone: string;
  startWallMs: number;
  shiftMs: number;
  /** In order, at least one. */
  people: readonly string[];
  /** Who stands in for whoever would have it; of several at once the last one counts. */
  overrides: readonly { who: string; fromWallMs: number; toWallMs: number }[];
};

/** Who has it, and how long. */
export type Duty = {
  /** Null: the rotation has not started. */
  who: string | null;
  /** Null: nobody has had it before. */
  sinceMs: number | null;
  untilMs: number;
  /** Who has it then; null: nobody, before the start. */
  next: string | null;
  isOverride: boolean;
};

type Span = { who: string; fromMs: number; toMs: number };
type Turn = { who: string | null; override: Span | null; shift: number };

/** Answers who is on call at a time, since when, until when, and who follows. */
export function findDuty(rotation: Rotation, zone: Zone, nowMs: number): Duty {
  const overrides = rotation.overrides.map(({ who, fromWallMs, toWallMs }): Span => {
    return { who, fromMs: firstShown(zone, fromWallMs), toMs: firstShown(zone, toWallMs) };
  });
  const turnAt = (atMs: number) => findTurn(rotation, zone, overrides, atMs);
  const now = turnAt(nowMs);
  const { shift } = now;
  const isSame = (turn: Turn) =>
    now.override ? turn.override === now.override : !turn.override && turn.shift === shift;
  const bounds = [
    ...(shift < 0 ? [] : [handover(rotation, zone, shift)]),
    handover(rotation, zone, Math.max(shift + 1, 0)),
    ...overrides.flatMap(({ fromMs, toMs }) => [fromMs, toMs]),
  ].sort((a, b) => a - b);
  // The next handover is among them, and so is the end of whoever stands in.
  const untilMs = bounds.find((atMs) => atMs > nowMs && !isSame(turnAt(atMs))) as number;
  const sinceMs = bounds.findLast((atMs) => atMs <= nowMs && !isSame(turnAt(atMs - 1)));
  return {
    who: now.who,
    sinceMs: sinceMs ?? null,
    untilMs,
    next: turnAt(untilMs).who,
    isOverride: now.override !== null,
  };
}

function findTurn(rotation: Rotation, zone: Zone, overrides: readonly Span[], atMs: number): Turn {
  const shift = findShift(rotation, zone, atMs);
  const override = overrides.findLast(({ fromMs, toMs }) => fromMs <= atMs && atMs < toMs) ?? null;
  const { people } = rotation;
  const regular = shift < 0 ? null : (people[shift % people.length] as string);
  return { who: override?.who ?? regular, override, shift };
}

/** Answers which shift a time lies in, counted from 0; -1: none has begun. */
function findShift(rotation: Rotation, zone: Zone, atMs: number): number {
  const wallMs = atMs + zone.offsetMs(atMs);
  let shift = Math.floor((wallMs - rotation.startWallMs) / rotation.shiftMs);
  // Clocks that are set back show a time before a handover that has been.
  while (handover(rotation, zone, shift + 1) <= atMs) shift++;
  return Math.max(shift, -1);
}

function handover({ startWallMs, shiftMs }: Rotation, zone: Zone, shift: number): number {
  return firstShown(zone, startWallMs + shift * shiftMs);
}
