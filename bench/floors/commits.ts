/** Answers what takes the rows of a request and resolves once they are committed, with all others that came while a commit was under way. */
export function createCommits<Row>(
  commit: (rows: readonly Row[]) => Promise<unknown>,
): (rows: readonly Row[]) => Promise<void> {
  let queue: { rows: readonly Row[]; done: () => void }[] = [];
  let isUnderWay = false;

  const commitWaiting = async (): Promise<void> => {
    if (isUnderWay || queue.length === 0) return;
    isUnderWay = true;
    const waiting = queue;
    queue = [];
    await commit(waiting.flatMap(({ rows }) => rows));
    isUnderWay = false;
    void commitWaiting();
    for (const { done } of waiting) done();
  };

  return (rows) =>
    new Promise((done) => {
      queue.push({ rows, done });
      void commitWaiting();
    });
}
