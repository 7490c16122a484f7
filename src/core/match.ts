import { RE2JS } from 're2js';
import type { RouteFacts } from './hand-over.ts';
import type { Severity } from './severity.ts';

/** Every key that is given must match; a list matches when one of its values does. A label that is absent equals nothing, and counts as empty for the other tests. */
export type FactsMatch = {
  severity?: readonly Severity[];
  env?: readonly string[];
  service?: readonly string[];
  kind?: readonly string[];
  component?: readonly string[];
  source?: readonly string[];
  labels?: Readonly<Record<string, string>>;
  labelsNot?: Readonly<Record<string, string>>;
  /** Regular expressions that the whole value must match. */
  labelsRegex?: Readonly<Record<string, string>>;
  labelsNotRegex?: Readonly<Record<string, string>>;
};

/** One key of a match that the facts do not meet, in words for people. */
export type Mismatch = { key: string; wanted: string; found: string };

/** Answers whether the facts meet every key of the match. */
export function matchesFacts(match: FactsMatch, facts: RouteFacts): boolean {
  return mismatches(match, facts).next().done === true;
}

/**
 * Answers whether the facts meet every key of the match for each of their components: what keeps an alert about several to
 * itself must be about all of them.
 */
export function matchesWhole(match: FactsMatch, facts: RouteFacts): boolean {
  const { components } = facts;
  if (match.component === undefined || components.length < 2) return matchesFacts(match, facts);
  return components.every((component) => matchesFacts(match, { ...facts, components: [component] }));
}

/** Answers every key of the match that the facts do not meet. */
export function explainMatch(match: FactsMatch, facts: RouteFacts): Mismatch[] {
  return [...mismatches(match, facts)];
}

function* mismatches(match: FactsMatch, facts: RouteFacts): Generator<Mismatch> {
  for (const key of ['severity', 'env', 'service', 'kind', 'component', 'source'] as const) {
    const wanted: readonly string[] | undefined = match[key];
    if (wanted === undefined) continue;
    const values: readonly string[] = key === 'component' ? facts.components : [facts[key]];
    if (!values.some((value) => wanted.includes(value)))
      yield { key, wanted: wanted.join(' or '), found: values.join(', ') || 'none' };
  }
  yield* labelMismatches(match, facts.labels);
}

type LabelTest = { says: string; holds(wanted: string, value: string, isThere: boolean): boolean };

const labelTests: Readonly<Record<'labels' | 'labelsNot' | 'labelsRegex' | 'labelsNotRegex', LabelTest>> = {
  labels: { says: '', holds: (wanted, value, isThere) => isThere && value === wanted },
  labelsNot: { says: 'not ', holds: (wanted, value) => value !== wanted },
  labelsRegex: { says: 'like ', holds: (wanted, value) => isLike(wanted, value) },
  labelsNotRegex: { says: 'not like ', holds: (wanted, value) => !isLike(wanted, value) },
};

function* labelMismatches(match: FactsMatch, labels: RouteFacts['labels']): Generator<Mismatch> {
  for (const key of ['labels', 'labelsNot', 'labelsRegex', 'labelsNotRegex'] as const) {
    const { says, holds } = labelTests[key];
    for (const [name, wanted] of Object.entries(match[key] ?? {})) {
      const value = Object.hasOwn(labels, name) ? labels[name] : undefined;
      if (!holds(wanted, value ?? '', value !== undefined))
        yield { key: `labels.${name}`, wanted: says + wanted, found: value || 'none' };
    }
  }
}

/**
 * Patterns are those of RE2, which takes time in proportion to the text: with those of JavaScript a pattern and a label
 * that were made for each other would hold up the process.
 */
function isLike(pattern: string, value: string): boolean {
  return RE2JS.compile(pattern, RE2JS.DOTALL).matches(value);
}

/** Answers whether the text is a regular expression that a match can hold. */
export function isPattern(text: string): boolean {
  try {
    return RE2JS.compile(text, RE2JS.DOTALL) instanceof RE2JS;
  } catch {
    return false; // that is how RE2 says no
  }
}

/** Answers the match in the words of files and of the API. */
export function matchForm(match: FactsMatch): Record<string, unknown> {
  const { labelsNot, labelsRegex, labelsNotRegex, ...rest } = match;
  return {
    ...rest,
    ...(labelsNot && { labels_not: labelsNot }),
    ...(labelsRegex && { labels_regex: labelsRegex }),
    ...(labelsNotRegex && { labels_not_regex: labelsNotRegex }),
  };
}
