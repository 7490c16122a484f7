import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../core/errors.ts';
import { pageHeaders } from '../security-headers.ts';
import { isSameOrigin, readSession } from '../session-cookie.ts';

/** Refuses a form that a browser sends from a page elsewhere; what says no origin is no browser, unless it brings a session. */
export function requireOwnPage(request: FastifyRequest): void {
  const { origin, 'sec-fetch-site': site } = request.headers;
  const isBrowser = origin !== undefined || site !== undefined || readSession(request) !== null;
  if (isBrowser && !isSameOrigin(request))
    throw new AppError('FORBIDDEN', 'this form works on pages of this server only');
}

/** Answers a field that is text, or null. */
export function readText(fields: unknown, name: string): string | null {
  if (typeof fields !== 'object' || fields === null || !Object.hasOwn(fields, name)) return null;
  const value: unknown = (fields as Record<string, unknown>)[name];
  return typeof value === 'string' ? value : null;
}

/** Sends a page with the headers of pages. */
export function sendPage(reply: FastifyReply, text: string): FastifyReply {
  return reply.headers(pageHeaders).type('text/html; charset=utf-8').send(text);
}
