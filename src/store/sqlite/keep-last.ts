/** Keeps a value by its key; where there are as many as may be, what came first goes. */
export function keepLast<Key, Value>(kept: Map<Key, Value>, max: number, key: Key, value: Value): void {
  for (const oldest of kept.keys()) {
    if (kept.size < max) break;
    kept.delete(oldest);
  }
  kept.set(key, value);
}
