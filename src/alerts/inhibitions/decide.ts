import { hash } from 'node:crypto';
import type { EqualField, InhibitionConfig } from '../../config/types.ts';
import type { RouteFacts } from '../../core/hand-over.ts';
import { matchesFacts, matchesWhole } from '../../core/match.ts';
import type { Inhibition } from '../silences/holder.ts';

/** An alert as inhibitions see it. References grow with time; null: it is not there yet, and younger than all that are. */
export type Subject = { ref: string | null; facts: RouteFacts };

/** One that is there. */
export type StoredSubject = Subject & { ref: string };

type Rules = readonly InhibitionConfig[];

/** Answers the keys under which an alert is noted as one that inhibits others; none: it inhibits nothing. */
export function inhibitingKeys(rules: Rules, facts: RouteFacts): string[] {
  if (isOurOwn(facts)) return [];
  return keysOf(
    rules.filter(({ when }) => matchesFacts(when, facts)),
    facts,
  );
}

/** Answers the keys of what may inhibit an alert, however severe it becomes meanwhile; none: nothing can. */
export function inhibitedKeys(rules: Rules, facts: RouteFacts): string[] {
  if (isOurOwn(facts)) return [];
  const muting = rules.filter(({ mute: { severity: _, ...rest } }) => matchesWhole(rest, facts));
  return keysOf(muting, facts);
}

/** Answers by which inhibition an alert is kept to itself; null: by none. */
export type InhibitionTest = (subject: Subject) => Inhibition | null;

/**
 * Answers the test of alerts among those that inhibit others, live and held by nothing, by their keys and oldest first.
 * The first rule that has one holds the alert, by the oldest. An alert never inhibits itself, nor one that is older and
 * would inhibit it: of two that mute each other the older is told of.
 */
export function createInhibitionTest(
  rules: Rules,
  inhibitors: ReadonlyMap<string, readonly StoredSubject[]>,
): InhibitionTest {
  return (subject) => {
    for (const rule of rules) {
      const found = (inhibitors.get(keyOf(rule, subject.facts) ?? '') ?? []).find(
        (other) => inhibits(rule, other, subject) && !givesWay(rules, other, subject),
      );
      if (found) return { name: rule.name, alertRef: found.ref };
    }
    return null;
  };
}

/** Answers whether a live alert that nothing holds keeps another to itself by the rule. */
function inhibits({ when, mute, equal }: InhibitionConfig, one: Subject, other: Subject): boolean {
  return (
    one.ref !== other.ref &&
    ![one, other].some(({ facts }) => isOurOwn(facts)) &&
    matchesFacts(when, one.facts) &&
    matchesWhole(mute, other.facts) &&
    equal.every((field) => {
      const value = valueIn(field, one.facts);
      return value !== null && value === valueIn(field, other.facts);
    })
  );
}

function givesWay(rules: Rules, one: Subject, other: Subject): boolean {
  return isOlder(other, one) && rules.some((rule) => inhibits(rule, other, one));
}

function isOlder(one: Subject, other: Subject): boolean {
  return one.ref !== null && other.ref !== null && one.ref < other.ref;
}

/** What Tocsin says of itself is always told, and explains nothing of what it watches. */
function isOurOwn({ service }: RouteFacts): boolean {
  return service === 'tocsin';
}

function keysOf(rules: Rules, facts: RouteFacts): string[] {
  return [...new Set(rules.flatMap((rule) => keyOf(rule, facts) ?? []))];
}

/** A rule that is edited has other keys, so that nothing is found by what it was. */
function keyOf({ when, equal }: InhibitionConfig, facts: RouteFacts): string | null {
  const values = equal.map((field) => valueIn(field, facts));
  return values.includes(null) ? null : hash('sha256', JSON.stringify([when, equal, values]));
}

/** Null: the alert has no such thing, or several, and is equal to no other in it. */
function valueIn(field: EqualField, facts: RouteFacts): string | null {
  switch (field) {
    case 'env':
    case 'service':
    case 'source':
      return facts[field];
    case 'component': {
      const [only = null, ...others] = facts.components;
      return others.length === 0 ? only : null;
    }
    default: {
      const name = field.slice('labels.'.length);
      return (Object.hasOwn(facts.labels, name) && facts.labels[name]) || null;
    }
  }
}
