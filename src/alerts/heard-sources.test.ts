import { expect, it } from 'vitest';
import { createHeardSources } from './heard-sources.ts';

it('a source is due until its row is committed, and again a second later, or where the clock went back', () => {
  const heard = createHeardSources();
  const names = (nowMs: number) => heard.due(['b', 'a', 'b'], nowMs).map(({ source }) => source);
  const first = heard.due(['b', 'a', 'b'], 5000);
  expect(first).toEqual([
    { source: 'a', last_seen_at: 5000 },
    { source: 'b', last_seen_at: 5000 },
  ]);
  expect(names(5000)).toEqual(['a', 'b']);
  heard.written(first.slice(0, 1));
  expect(names(5999)).toEqual(['b']);
  expect(names(6000)).toEqual(['a', 'b']);
  expect(names(4000)).toEqual(['a', 'b']);
});

it('it forgets all before it remembers too many', () => {
  const heard = createHeardSources();
  for (let i = 0; i < 10_002; i++) heard.written([{ source: `${i}`, last_seen_at: 0 }]);
  expect(heard.due(['0', '10001'], 0)).toEqual([{ source: '0', last_seen_at: 0 }]);
});
