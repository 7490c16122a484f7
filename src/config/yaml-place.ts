import { type Document, isAlias, isMap, isScalar, isSeq, type LineCounter, type Node, type Pair } from 'yaml';

export type Path = readonly PropertyKey[];

/** The value at a path and the key that leads to it; where the path ends early, the last thing that exists. */
export type Step = { node: Node | null; key: Node | null };

/** Follows a path through maps, lists and aliases. */
export function walk(document: Document, path: Path): Step {
  let step: Step = { node: document.contents, key: document.contents };
  for (const part of path) {
    const next = stepInto(document, step.node, part);
    if (next === null) return step;
    step = next;
  }
  return step;
}

function stepInto(document: Document, from: Node | null, part: PropertyKey): Step | null {
  const node = resolveAlias(document, from);
  if (isMap(node)) {
    const pair = node.items.find((item) => keyText(item) === String(part));
    if (!pair) return null;
    const key = pair.key as Node | null;
    return { node: (pair.value ?? key) as Node | null, key };
  }
  const item = isSeq(node) ? (node.items[Number(part)] as Node | undefined) : undefined;
  return item ? { node: item, key: item } : null;
}

/** A key, and the value as it is written; null where that is more than one plain word. */
export type WrittenEntry = { key: string; written: string | null };

/** Answers the entries of the map at the path in the order written; JavaScript would put keys that are numbers first. */
export function entriesAt(document: Document, path: Path): WrittenEntry[] {
  let node = document.contents as Node | null;
  for (const part of path) node = stepInto(document, node, part)?.node ?? null;
  const map = resolveAlias(document, node);
  if (!isMap(map)) return [];
  return map.items.map((pair) => {
    const value = resolveAlias(document, pair.value as Node | null);
    return { key: keyText(pair), written: isScalar(value) ? (value.source ?? null) : null };
  });
}

function resolveAlias(document: Document, node: Node | null): Node | null {
  return isAlias(node) ? (node.resolve(document) ?? null) : node;
}

/** Answers the key of a pair as text; empty where it is none. */
export function keyText(pair: Pair): string {
  return isScalar(pair.key) ? String(pair.key.value) : '';
}

/** Answers the line a node begins on, counted from 1. */
export function lineOf(node: Node | null, lines: LineCounter): number {
  return node?.range ? Math.max(1, lines.linePos(node.range[0]).line) : 1;
}

/** Answers the path of a node from its ancestors, as `visit` hands them over. */
export function pathOfNode(ancestors: readonly unknown[], node: Node): Path {
  const chain = [...ancestors, node];
  const path: PropertyKey[] = [];
  for (const [index, part] of chain.entries()) {
    if (isSeq(part)) path.push(part.items.indexOf(chain[index + 1]));
    else if (isMap(part)) path.push(keyText(chain[index + 1] as Pair));
  }
  return path;
}

/** Answers a path as people write it: `components[0].checks[1].url`. */
export function formatPath(path: Path): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else text += text === '' ? String(part) : `.${String(part)}`;
  }
  return text;
}
