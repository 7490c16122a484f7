import type { Known } from './invent.ts';

const telling = /^(id|.*_ref|.*_id|.*_token|number|name|signature|next_cursor|service|component)$/;
const most = 400;

/** Answers a memory of the names that answers gave; the oldest are forgotten. */
export function createKnown(): Known & { learn(answer: unknown): void } {
  const names: string[] = [];
  const learn = (value: unknown, key = ''): void => {
    if (typeof value === 'string' && telling.test(key) && value.length <= 200) names.push(value);
    if (typeof value === 'object' && value !== null)
      for (const [inner, item] of Object.entries(value)) learn(item, Array.isArray(value) ? key : inner);
  };
  return {
    pick: (random) => (names.length === 0 ? null : random.pick(names)),
    learn(answer) {
      learn(answer);
      if (names.length > most) names.splice(0, names.length - most);
    },
  };
}
