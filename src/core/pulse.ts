import { type Clock, hasPassed } from './clock.ts';

/** Which loops of this process finish their rounds. */
export type Pulse = {
  /** Answers what a loop calls at the end of each round that went well; from now on it is expected to. */
  follow(part: string): () => void;
  /** Answers the parts that have finished no round for so long. */
  listStill(limitMs: number): string[];
};

/** Answers a pulse that follows nothing yet. */
export function createPulse(clock: Clock): Pulse {
  const finishedAt = new Map<string, number>();
  return {
    follow(part) {
      const beat = () => void finishedAt.set(part, clock.now());
      beat();
      return beat;
    },
    listStill: (limitMs) =>
      [...finishedAt].filter(([, at]) => hasPassed(limitMs, at, clock.now())).map(([part]) => part),
  };
}
