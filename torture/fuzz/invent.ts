import type { Random } from '../random.ts';
import { hostile } from './hostile.ts';

/** The part of a JSON Schema that inputs are declared with. */
export type Schema = {
  type?: string;
  enum?: readonly unknown[];
  const?: unknown;
  anyOf?: readonly Schema[];
  oneOf?: readonly Schema[];
  allOf?: readonly Schema[];
  properties?: Readonly<Record<string, Schema>>;
  required?: readonly string[];
  additionalProperties?: boolean | Schema;
  items?: Schema;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
};

/** Names that answers gave, so that a later call may be about something that is there. */
export type Known = { pick(random: Random): string | null };

const words = ['api', 'web', 'prod', 'down', 'ops', 'P1', 'a note', 'https://example.org/x', 'text/markdown'];
const times = ['2026-03-01T12:00:00Z', '2026-03-01T13:00:00+01:00', '2026-04-01T00:00:00Z'];

/** Answers a value that the schema describes, as well as that can be known from it. */
export function invent(schema: Schema, random: Random, known: Known, depth = 0): unknown {
  const choices = schema.anyOf ?? schema.oneOf ?? schema.allOf;
  if (choices && choices.length > 0) return invent(random.pick(choices), random, known, depth);
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return random.pick(schema.enum);
  switch (schema.type) {
    case 'object':
      return inventObject(schema, random, known, depth);
    case 'array':
      return Array.from({ length: random.between(0, 3) }, () =>
        invent(schema.items ?? {}, random, known, depth + 1),
      );
    case 'string':
      return inventText(schema, random, known);
    case 'integer':
    case 'number':
      return inventNumber(schema, random);
    case 'boolean':
      return random.isLucky(0.5);
    case 'null':
      return null;
    default:
      return random.isLucky(0.7) ? inventText(schema, random, known) : random.pick(hostile);
  }
}

function inventObject(schema: Schema, random: Random, known: Known, depth: number): object {
  const { properties = {}, required = [], additionalProperties } = schema;
  const entries: [string, unknown][] = Object.entries(properties)
    .filter(([name]) => random.isLucky(required.includes(name) ? 0.97 : depth > 3 ? 0 : 0.35))
    .map(([name, property]) => [name, invent(property, random, known, depth + 1)]);
  if (typeof additionalProperties === 'object')
    for (let i = random.between(0, 2); i > 0; i--)
      entries.push([random.pick(words), invent(additionalProperties, random, known, depth + 1)]);
  return Object.fromEntries(entries);
}

function inventText({ minLength = 0, maxLength = 50 }: Schema, random: Random, known: Known): string {
  const name = random.isLucky(0.5) ? known.pick(random) : null;
  if (name !== null) return name;
  if (random.isLucky(0.2)) return random.pick(times);
  if (random.isLucky(0.1)) return 'é'.repeat(random.pick([minLength, Math.min(maxLength, 30_000)]));
  return random.pick(words);
}

function inventNumber({ minimum = -10, maximum = 1000 }: Schema, random: Random): number {
  const edges = [minimum, maximum, minimum - 1, maximum + 1];
  return random.isLucky(0.3) ? random.pick(edges) : random.between(minimum, Math.min(maximum, minimum + 100));
}

/** Answers the value with something put in its place, taken away or added, somewhere. */
export function spoil(value: unknown, random: Random): unknown {
  if (typeof value !== 'object' || value === null || random.isLucky(0.05)) return random.pick(hostile);
  const entries = Object.entries(value);
  if (entries.length === 0 || random.isLucky(0.1))
    return { ...value, [random.pick(words)]: random.pick(hostile) };
  const [name, inner] = random.pick(entries);
  if (random.isLucky(0.15)) return without(value, name);
  const spoiled = random.isLucky(0.5) ? spoil(inner, random) : random.pick(hostile);
  return Array.isArray(value)
    ? value.map((item, i) => (String(i) === name ? spoiled : item))
    : { ...value, [name]: spoiled };
}

function without(value: object, name: string): object {
  if (Array.isArray(value)) return value.filter((_, i) => String(i) !== name);
  return Object.fromEntries(Object.entries(value).filter(([key]) => key !== name));
}
