/*
 * Silences: what keeps alerts to themselves for a time, asked for by people or planned in the configuration; and what
 * becomes of alerts that they, or inhibitions, hold.
 */
export { createSilence } from './create.ts';
export { createSilenceTest, decideState } from './decide.ts';
export {
  type Holder,
  type HolderTest,
  holderOf,
  holdReasons,
  type Inhibition,
  readInhibition,
} from './holder.ts';
export {
  activeSilences,
  endSilence,
  insertSilence,
  markSilenced,
  selectActiveSilences,
  selectHolders,
  selectSilence,
  selectSilences,
} from './queries.ts';
export { type Reviewed, reviewHeld } from './review-held.ts';
export { type Silence, silenceStates, silenceView } from './types.ts';
export { configuredSilences, toSilence, toSilenceView } from './view.ts';
