import type { FactsMatch } from '../core/match.ts';

/** Alerts that are kept to themselves while it holds. */
export type SilenceConfig = {
  name: string;
  match: FactsMatch;
  /** Null: since ever. */
  startsAt: number | null;
  /** Null: as long as it is in the file. */
  endsAt: number | null;
  comment: string | null;
};

/** A planned time of work, once or again and again; what matches is kept to itself meanwhile. */
export type MaintenanceConfig = {
  name: string;
  match: FactsMatch;
  schedule:
    | { kind: 'once'; startsAt: number; endsAt: number }
    /** `durationMs` is time that passes, whatever clocks do. */
    | { kind: 'cron'; cron: string; timezone: string; durationMs: number };
  comment: string | null;
};

/** While a live alert matches `when`, alerts that match `mute` and are equal in what `equal` names are kept to themselves. */
export type InhibitionConfig = {
  name: string;
  when: FactsMatch;
  mute: FactsMatch;
  equal: readonly EqualField[];
};

/** What two alerts are compared in: a field, or a label by its name. */
export type EqualField = 'env' | 'service' | 'component' | 'source' | `labels.${string}`;
