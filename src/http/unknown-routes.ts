import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods, RouteOptions } from 'fastify';
import { AppError } from '../core/errors.ts';
import type { Door } from './door.ts';
import { observeUnknown } from './observe.ts';

const allMethods: readonly HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** Answers what throws NOT_FOUND where no route is, before a body is read; such requests are counted under one name. */
export function createUnknownPathRefusal(
  door: Door,
): (request: FastifyRequest, reply: FastifyReply) => never {
  const observe = observeUnknown(door);
  return (request, reply) => {
    observe(request, reply);
    const path = (request.url.split('?', 1)[0] ?? '').slice(0, 200);
    throw new AppError('NOT_FOUND', `there is nothing at ${request.method} ${path}`);
  };
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
