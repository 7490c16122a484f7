/** Things to do in the order of their times. */
export type Agenda<Item> = {
  add(dueMs: number, item: Item): void;
  /** Takes out and answers what is due, the earliest first. */
  takeDue(nowMs: number): Item[];
  /** When the earliest is due; null where there is nothing. */
  nextMs(): number | null;
  clear(): void;
};

/** Answers an empty agenda: a list sorted by time, which for some thousands of items costs less than a heap. */
export function createAgenda<Item>(): Agenda<Item> {
  // The latest first, so that what is due comes off the end.
  const appointments: { dueMs: number; item: Item }[] = [];

  const placeFor = (dueMs: number) => appointments.findLastIndex((one) => one.dueMs > dueMs) + 1;

  return {
    add: (dueMs, item) => void appointments.splice(placeFor(dueMs), 0, { dueMs, item }),
    takeDue: (nowMs) =>
      appointments
        .splice(placeFor(nowMs))
        .reverse()
        .map(({ item }) => item),
    nextMs: () => appointments.at(-1)?.dueMs ?? null,
    clear: () => void appointments.splice(0),
  };
}
