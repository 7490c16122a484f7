import type { FastifyInstance, HTTPMethods, RouteOptions } from 'fastify';
import { AppError } from '../core/errors.ts';
import type { Door } from './door.ts';
import { observeUnknown } from './observe.ts';

const allMethods: readonly HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** Answers NOT_FOUND where no route is, before a body is read. */
export function refuseUnknownPaths(server: FastifyInstance, door: Door): void {
  const observe = observeUnknown(door);
  server.setNotFoundHandler((request) => {
    throw new AppError('NOT_FOUND', `there is nothing at ${request.method} ${pathOf(request.url)}`);
  });
  server.addHook('onRequest', (request, _reply, done) => {
    if (!request.is404) return done();
    done(new AppError('NOT_FOUND', `there is nothing at ${request.method} ${pathOf(request.url)}`));
  });
  server.addHook('onResponse', (request, reply, done) =>
    request.is404 ? observe(request, reply, done) : done(),
  );
}

function pathOf(url: string): string {
  return (url.split('?', 1)[0] ?? '').slice(0, 200);
}

/** Remembers every path; answers what adds METHOD_NOT_ALLOWED for the methods that it has no route for, once all routes are there. */
export function refuseOtherMethods(server: FastifyInstance): () => void {
  const urls = new Set<string>();
  server.addHook('onRoute', ({ url }: RouteOptions) => void urls.add(url));
  return () => {
    for (const url of [...urls]) {
      const allowed = allMethods.filter((method) => server.hasRoute({ method, url }));
      refuseRest(server, url, allowed);
    }
  };
}

function refuseRest(server: FastifyInstance, url: string, allowed: readonly HTTPMethods[]): void {
  const allow = allowed.join(', ');
  server.route({
    url,
    method: allMethods.filter((method) => !allowed.includes(method)),
    schema: { hide: true },
    onRequest(request, reply) {
      reply.header('allow', allow);
      throw new AppError('METHOD_NOT_ALLOWED', `${request.method} is not possible here, only ${allow}`);
    },
    handler: () => undefined,
  });
}
