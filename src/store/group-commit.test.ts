import { describe, expect, it } from 'vitest';
import { createGroupCommit } from './group-commit.ts';

/** Commits that stand still until they are let go, one after the other. */
function heldCommits() {
  const groups: string[][] = [];
  const gates: (() => void)[] = [];
  const commit = async (items: readonly string[]) => {
    groups.push([...items]);
    await new Promise<void>((resolve) => gates.push(resolve));
    if (items.includes('bad')) throw new Error(`cannot write ${items.join()}`);
    if (items.includes('away')) throw Object.assign(new Error('gone'), { code: 'ECONNREFUSED' });
    return items.map((item) => item.toUpperCase());
  };
  const letGo = async () => {
    for (let quiet = 0; quiet < 3; quiet++) {
      for (const open of gates.splice(0)) {
        open();
        quiet = 0;
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return { groups, commit, letGo };
}

describe('a group commit', () => {
  it('commits together what comes in one turn, then what came meanwhile, and answers each its own', async () => {
    const { groups, commit, letGo } = heldCommits();
    const group = createGroupCommit({ maxWeight: 10, commit });
    const early = ['a', 'b'].map((item) => group.submit(item));
    await new Promise((resolve) => setImmediate(resolve));
    const late = ['c', 'd'].map((item) => group.submit(item));
    expect(group.pending()).toBe(4);
    await letGo();
    expect(await Promise.all([...early, ...late])).toEqual(['A', 'B', 'C', 'D']);
    expect(groups).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
    expect(group.pending()).toBe(0);
  });

  it('keeps the order in which items came, within the weight of a group', async () => {
    const { groups, commit, letGo } = heldCommits();
    const group = createGroupCommit({ maxWeight: 5, commit });
    const weights = { a: 1, b: 2, c: 3, d: 1, huge: 9, e: 5, f: 1 };
    const answers = Promise.all(Object.entries(weights).map(([item, weight]) => group.submit(item, weight)));
    await letGo();
    await answers;
    expect(groups).toEqual([['a', 'b'], ['c', 'd'], ['huge'], ['e'], ['f']]);
  });

  it('begins a second beside the first only where enough waits for it, and leaves nothing behind', async () => {
    const { groups, commit, letGo } = heldCommits();
    const group = createGroupCommit({ maxWeight: 10, anotherFrom: 5, commit });
    const answers: Promise<string>[] = [];
    const submit = async (item: string, weight: number) => {
      answers.push(group.submit(item, weight));
      await new Promise((resolve) => setImmediate(resolve));
    };
    await submit('a', 1);
    await submit('b', 1);
    expect(groups).toEqual([['a']]);
    await submit('c', 4);
    expect(groups).toEqual([['a'], ['b', 'c']]);
    await submit('d', 9);
    await submit('e', 1);
    await letGo();
    expect(await Promise.all(answers)).toEqual(['A', 'B', 'C', 'D', 'E']);
    expect(groups.slice(2)).toEqual([['d', 'e']]);
  });

  it('has no more of them at once than allowed', async () => {
    const { groups, commit, letGo } = heldCommits();
    const group = createGroupCommit({ maxWeight: 1, maxAtOnce: 3, commit });
    const answers: Promise<string>[] = [];
    for (const item of ['a', 'b', 'c', 'd', 'e']) {
      answers.push(group.submit(item));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(groups).toEqual([['a'], ['b'], ['c']]);
    await letGo();
    expect(await Promise.all(answers)).toEqual(['A', 'B', 'C', 'D', 'E']);
  });

  it('lets a bad item fail alone', async () => {
    const { groups, commit, letGo } = heldCommits();
    const group = createGroupCommit({ maxWeight: 10, commit });
    const answers = Promise.allSettled(['a', 'b', 'bad', 'c'].map((item) => group.submit(item)));
    await letGo();
    expect(
      (await answers).map((answer) => (answer.status === 'fulfilled' ? answer.value : answer.reason.message)),
    ).toEqual(['A', 'B', 'cannot write bad', 'C']);
    expect(groups).toEqual([['a', 'b', 'bad', 'c'], ['a'], ['b'], ['bad'], ['c']]);
  });

  it('fails all at once when the database is away, and goes on with what comes later', async () => {
    const { groups, commit, letGo } = heldCommits();
    const group = createGroupCommit({ maxWeight: 10, commit });
    const answers = Promise.allSettled(['a', 'b', 'away', 'c'].map((item) => group.submit(item)));
    await letGo();
    expect((await answers).map((answer) => answer.status)).toEqual(Array(4).fill('rejected'));
    expect(groups).toHaveLength(1);
    const later = group.submit('d');
    await letGo();
    expect(await later).toBe('D');
  });

  it('is idle when nothing waits and nothing is under way', async () => {
    const { commit, letGo } = heldCommits();
    const group = createGroupCommit({ maxWeight: 1, commit });
    await group.idle();
    const answers = [group.submit('a'), group.submit('b')];
    let idle = false;
    const waiting = group.idle().then(() => {
      idle = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(idle).toBe(false);
    await letGo();
    await Promise.all([waiting, ...answers]);
    await group.idle();
  });
});
