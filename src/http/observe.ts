import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import { type ErrorCode, errorTable } from '../core/errors.ts';
import type { Metrics } from '../telemetry/index.ts';
import type { Door } from './door.ts';

type Done = () => void;

/**
 * Counts and times every answer, and logs those that the configuration asks for. The label sets of a route are looked
 * up once: this runs on every request.
 */
export function observeRoutes(server: FastifyInstance, door: Door): void {
  server.addHook('onRoute', (route: RouteOptions) => {
    const { url } = route;
    const isHealth = isHealthPath(url);
    const meters = new Map<string, Meter>();
    const observe = (request: FastifyRequest, reply: FastifyReply, done: Done) => {
      let meter = meters.get(request.method);
      if (!meter) {
        meter = createMeter(door.metrics, request.method, url);
        meters.set(request.method, meter);
      }
      meter(reply.statusCode, reply.elapsedTime);
      const { requests, healthRequests } = door.config().log;
      if (isHealth ? healthRequests : requests) logAnswer(door, url, request, reply, reply.statusCode);
      done();
    };
    route.onResponse = [observe, ...[route.onResponse ?? []].flat()];
  });
}

type Meter = (status: number, durationMs: number) => void;

function createMeter(metrics: Metrics, method: string, route: string): Meter {
  const duration = metrics.httpDurationSeconds.labels(method, route);
  const counters = new Map<number, { inc(): void }>();
  return (status, durationMs) => {
    let counter = counters.get(status);
    if (!counter) {
      counter = metrics.httpRequests.labels(method, route, String(status));
      counters.set(status, counter);
    }
    counter.inc();
    duration.observe(durationMs / 1000);
  };
}

/** Answers what counts and logs a request for a path that no route knows, under one name: callers must not make up labels. */
export function observeUnknown(
  door: Door,
): (request: FastifyRequest, reply: FastifyReply, code: ErrorCode) => void {
  const meter = createMeter(door.metrics, 'any', 'unknown');
  return (request, reply, code) => {
    const status = errorTable[code].httpStatus;
    meter(status, reply.elapsedTime);
    if (door.config().log.requests) logAnswer(door, 'unknown', request, reply, status);
  };
}

// The path as declared, without what stands in it: parameters and queries may hold secrets.
function logAnswer(
  door: Door,
  route: string,
  request: FastifyRequest,
  reply: FastifyReply,
  status: number,
): void {
  const fields = {
    tag: 'http',
    requestId: request.id,
    method: request.method,
    path: route,
    status,
    duration_ms: Math.round(reply.elapsedTime * 10) / 10,
  };
  door.log.info(fields, `[http] ${request.method} ${route} Completed with status ${status}`);
}

function isHealthPath(url: string): boolean {
  return /^\/(healthz|readyz|health)$|^\/v1\/health\//.test(url);
}
