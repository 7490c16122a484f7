import { isDatabaseUnavailable, isSerializationFailure } from '../store/index.ts';

/**
 * Answers how to catch that a statement stood crosswise with another writer, so that none of it is done: it then did
 * nothing, and who tries on looks first, in a transaction that is also tried again. All else is thrown.
 */
export function whenCrosswise<Nothing>(nothing: Nothing): (error: unknown) => Nothing {
  return (error) => {
    if (isDatabaseUnavailable(error) || !isSerializationFailure(error)) throw error;
    return nothing;
  };
}
