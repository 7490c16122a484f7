import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import { type Action, Answer, admitInput, type HttpBinding } from '../../core/action.ts';
import { AppError } from '../../core/errors.ts';
import type { FlowCtx } from '../../flows/context.ts';
import type { Gatekeeper } from '../auth.ts';
import type { Door } from '../door.ts';
import { toEnvelope } from '../errors.ts';

/** Makes a route of every action that has one. */
export function addActionRoutes(server: FastifyInstance, door: Door, gatekeeper: Gatekeeper): void {
  for (const action of door.actions) {
    if (action.http) addActionRoute(server, door, gatekeeper, action, action.http);
  }
}

function addActionRoute(
  server: FastifyInstance,
  door: Door,
  gatekeeper: Gatekeeper,
  action: Action<FlowCtx>,
  http: HttpBinding,
): void {
  const readInput = http.method === 'POST' ? readBody : readQuery;
  const changesTokens = action.entitlement === 'tools.tokens.write' && http.method !== 'GET';
  server.route({
    method: http.method,
    url: http.path,
    config: { action },
    ...(http.bodyLimitBytes === undefined ? {} : { bodyLimit: http.bodyLimitBytes }),
    ...traceRoute(door, action),
    async handler(request, reply) {
      const found = gatekeeper.requireActor(request, reply);
      const actor = found instanceof Promise ? await found : found;
      const ctx = door.context(actor, request.id);
      // Not by `runAction`: that is one more promise on the way of every request.
      const result = await action.run(ctx, admitInput(action, ctx, readInput(request)));
      if (changesTokens) door.authenticator.forget();
      return readyBody(reply, request.id, result, http.status ?? 200);
    },
  });
}

/** Answers the hook that tells of what was answered; where nobody is told, none. */
function traceRoute({ traceAction }: Door, { name }: Action<FlowCtx>): Pick<RouteOptions, 'onResponse'> {
  if (!traceAction) return {};
  return {
    onResponse(request, { statusCode, elapsedTime }, done) {
      traceAction({ name, status: statusCode, durationMs: elapsedTime, requestId: request.id });
      done();
    },
  };
}

/** Sets the status for what an action answered, and answers the body to send; what carries an error shows both. */
export function readyBody(reply: FastifyReply, requestId: string, result: unknown, status: number): unknown {
  if (!(result instanceof Answer)) {
    if (status !== 200) reply.code(status);
    return result;
  }
  const envelope = result.error ? toEnvelope(result.error, requestId) : {};
  const { body } = result;
  const isPlain = typeof body === 'object' && body !== null && !Array.isArray(body);
  reply.code(result.status);
  return isPlain ? { ...body, ...envelope } : body;
}

function readQuery(request: FastifyRequest): unknown {
  return { ...(request.query as object), ...(request.params as object) };
}

/** A body that is no object is the input itself; path parameters join one that is. */
function readBody(request: FastifyRequest): unknown {
  const { body, params } = request;
  for (const key in request.query as object)
    throw new AppError('VALIDATION_ERROR', `${key}: send it in the body, this address takes no query`);
  for (const _ in params as object) return mergeParams(body, params as object);
  return body ?? {};
}

function mergeParams(body: unknown, params: object): object {
  if (body === undefined || body === null) return params;
  if (typeof body !== 'object' || Array.isArray(body))
    throw new AppError('VALIDATION_ERROR', 'the body must be a JSON object');
  const twice = Object.keys(params).find((name) => Object.hasOwn(body, name));
  if (twice !== undefined) throw new AppError('VALIDATION_ERROR', `${twice}: stands in the path already`);
  return { ...body, ...params };
}
