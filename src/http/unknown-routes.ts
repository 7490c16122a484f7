import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods, RouteOptions } from 'fastify';
import { AppError } from '../core/errors.ts';
import type { Door } from './door.ts';
import { observeUnknown } from './observe.ts';

const allMethods: readonly HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** A path as it is declared, by its parts, and the methods that it takes. */
type KnownPath = { url: string; parts: readonly string[]; methods: Set<string> };

/** The paths of all routes. */
export type KnownPaths = {
  add(route: RouteOptions): void;
  /** Answers the path that an address means: of several the one with the fewest parameters; null where it means none. */
  find(address: string): KnownPath | null;
  /** Answers them all, and remembers no more. */
  seal(): KnownPath[];
};

/** Answers what remembers the paths of routes; it knows none yet. */
export function createKnownPaths(): KnownPaths {
  const paths = new Map<string, KnownPath>();
  let isSealed = false;
  return {
    add({ url, method }) {
      if (isSealed) return;
      const path = paths.get(url) ?? { url, parts: url.split('/'), methods: new Set() };
      paths.set(url, path);
      for (const name of [method].flat()) path.methods.add(name);
    },
    find(address) {
      const parts = address.split('/');
      const found = [...paths.values()].filter((path) => covers(path, parts));
      return found.reduce<KnownPath | null>((a, b) => (a && countOpen(a) <= countOpen(b) ? a : b), null);
    },
    seal() {
      isSealed = true;
      return [...paths.values()];
    },
  };
}

function covers(path: KnownPath, parts: readonly string[]): boolean {
  const isOpenEnded = path.parts.at(-1) === '*';
  if (isOpenEnded ? parts.length < path.parts.length : parts.length !== path.parts.length) return false;
  return path.parts.every((part, i) => part === parts[i] || isOpen(part));
}

function isOpen(part: string): boolean {
  return part.startsWith(':') || part === '*';
}

function countOpen({ parts }: KnownPath): number {
  return parts.filter(isOpen).length;
}

/**
 * Answers what throws where no route is, before a body is read: METHOD_NOT_ALLOWED where there is one for another method, else
 * NOT_FOUND. Such requests are counted under one name.
 */
export function createUnknownPathRefusal(
  door: Door,
  paths: KnownPaths,
): (request: FastifyRequest, reply: FastifyReply) => never {
  const observe = observeUnknown(door);
  return (request, reply) => {
    const address = request.url.split('?', 1)[0] ?? '';
    const path = paths.find(address);
    const isOtherMethod = path !== null && !path.methods.has(request.method);
    observe(request, reply, isOtherMethod ? 'METHOD_NOT_ALLOWED' : 'NOT_FOUND');
    if (isOtherMethod) throw refuseMethod(path, request, reply);
    throw new AppError('NOT_FOUND', `there is nothing at ${request.method} ${address.slice(0, 200)}`);
  };
}

function refuseMethod({ methods }: KnownPath, request: FastifyRequest, reply: FastifyReply): AppError {
  const allow = allMethods.filter((method) => methods.has(method)).join(', ');
  reply.header('allow', allow);
  return new AppError('METHOD_NOT_ALLOWED', `${request.method} is not possible here, only ${allow}`);
}

/**
 * Adds METHOD_NOT_ALLOWED where a path with a parameter would take what is meant for a path without. Must be called when
 * all routes are there. Not for all paths: each method of each is a tree of the router, and they would make half of a start.
 */
export function refuseOtherMethods(server: FastifyInstance, paths: KnownPaths): void {
  const all = paths.seal();
  for (const path of all) {
    const others = all.filter((other) => other !== path && covers(other, path.parts));
    const taken = new Set(others.flatMap(({ methods }) => [...methods]));
    const refused = allMethods.filter((method) => taken.has(method) && !path.methods.has(method));
    if (refused.length > 0) refuseAt(server, path, refused);
  }
}

function refuseAt(server: FastifyInstance, path: KnownPath, method: HTTPMethods[]): void {
  server.route({
    url: path.url,
    method,
    schema: { hide: true },
    onRequest(request, reply) {
      throw refuseMethod(path, request, reply);
    },
    handler: () => undefined,
  });
}
