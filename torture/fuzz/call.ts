import type { InjectOptions } from 'fastify';
import type { HttpBinding } from '../../src/core/action.ts';
import type { Random } from '../random.ts';
import { brokenBodies } from './hostile.ts';

/** Puts an input where the action's address expects it: in the path, the query, and the body. */
export function toCall({ method, path }: HttpBinding, input: unknown, random: Random): InjectOptions {
  const fields = typeof input === 'object' && input !== null && !Array.isArray(input) ? { ...input } : {};
  const rest: Record<string, unknown> = { ...fields };
  const url = path.replace(/:(\w+)/g, (_, name: string) => {
    delete rest[name];
    return encodePart(toText((fields as Record<string, unknown>)[name] ?? 'nothing'));
  });
  if (method !== 'POST') return { method, url: `${url}${toQuery(rest)}` };
  const headers = { 'content-type': 'application/json' };
  if (random.isLucky(0.03)) return { method, url, headers, payload: random.pick(brokenBodies) };
  const isPlain = typeof input === 'object' && input !== null && !Array.isArray(input);
  return { method, url, headers, payload: JSON.stringify(isPlain ? rest : input) };
}

function toQuery(fields: Readonly<Record<string, unknown>>): string {
  const parts = Object.entries(fields).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((one) => `${encodePart(name)}=${encodePart(toText(one))}`),
  );
  return parts.length === 0 ? '' : `?${parts.join('&')}`;
}

/** Half of a surrogate pair has no place in an address; as a percent sign it is something to stumble over. */
function encodePart(text: string): string {
  return text.isWellFormed() ? encodeURIComponent(text.slice(0, 2000)) : '%ed%a0%bd';
}

function toText(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}
