/** Where and why a text is no cron expression. */
export type CronProblem = {
  /** For people: what was found, and what was expected. */
  problem: string;
  /** The first character of the place that can't be read, counted from 1; null where the zone is the trouble. */
  position: number | null;
  /** How many characters the place takes; 0 where something is missing. */
  length: number;
};

/** Says that something can't be read, and where: the index of its first character, and how many they are. */
export type Complain = (problem: string, index: number, length: number) => void;

/** A day that no number names. */
export type SpecialDay =
  | { kind: 'last' }
  | { kind: 'last_weekday' }
  | { kind: 'nearest_weekday'; day: number }
  | { kind: 'last_of'; weekday: number }
  | { kind: 'nth_of'; weekday: number; nth: number };

/** What one field asks for: values in rising order, without repeats. */
export type CronField = { values: readonly number[]; special: readonly SpecialDay[] };

/** Which days an expression asks for. */
export type DayRule = {
  /** 1 is January. */
  months: readonly number[];
  daysOfMonth: CronField;
  /** 0 is Sunday. */
  daysOfWeek: CronField;
  /** One of both fields is enough; else a day has to match both. */
  isEither: boolean;
};

/** What an expression asks for, as numbers. */
export type CronRule = DayRule & {
  hours: readonly number[];
  minutes: readonly number[];
  seconds: readonly number[];
  /** The minute or hour field begins with `*`: it runs by what the clock shows, where it jumps too. */
  followsClock: boolean;
};
