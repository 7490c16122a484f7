/** Answers what makes a thing when it is asked for first, and the same thing from then on; what fails is tried again. */
export function createLazy<Thing>(make: () => Promise<Thing>): {
  get(): Promise<Thing>;
  /** The thing where it was asked for; null where it never was. */
  made(): Promise<Thing> | null;
} {
  let made: Promise<Thing> | null = null;
  return {
    get() {
      made ??= make().catch((error: unknown) => {
        made = null;
        throw error;
      });
      return made;
    },
    made: () => made,
  };
}
