import type { AlertRow } from '../../store/index.ts';

/** What keeps an alert to itself: a silence, a maintenance, or by an inhibition another alert. */
export type Holder = {
  /** `sil_…`, `silence:NAME`, `maintenance:NAME`, or `inhibition:NAME/REF` with the reference of the other alert. */
  id: string;
};

/** Answers what holds an alert now; null: nothing. */
export type HolderTest = (alert: AlertRow) => Holder | null;

/** By which inhibition, and which alert, others are kept. */
export type Inhibition = { name: string; alertRef: string };

const inhibitionId = /^inhibition:([^/]+)\/(.+)$/;

/** Answers what keeps alerts by an inhibition while the other alert is live. */
export function holderOf({ name, alertRef }: Inhibition): Holder {
  return { id: `inhibition:${name}/${alertRef}` };
}

/** Answers the inhibition that a holder's id names; null: it is a silence or a maintenance. */
export function readInhibition(holderId: string): Inhibition | null {
  const [, name, alertRef] = inhibitionId.exec(holderId) ?? [];
  return name === undefined || alertRef === undefined ? null : { name, alertRef };
}

type Reasons =
  | { held: 'silenced'; kept: 'still_silenced'; ended: 'silence_ended' }
  | { held: 'inhibited'; kept: 'still_inhibited'; ended: 'inhibition_ended' };

/** Answers the words that the trail has for what such a holder does. */
export function holdReasons(holderId: string): Reasons {
  return readInhibition(holderId) === null
    ? { held: 'silenced', kept: 'still_silenced', ended: 'silence_ended' }
    : { held: 'inhibited', kept: 'still_inhibited', ended: 'inhibition_ended' };
}
