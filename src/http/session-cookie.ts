import { parseCookie, stringifySetCookie } from 'cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { sessionLifetimeMs } from '../access/index.ts';

const cookieName = 'tocsin_session';

/** Answers the session in the request's cookies, or null. */
export function readSession(request: FastifyRequest): string | null {
  const header = request.headers.cookie;
  return header === undefined ? null : (parseCookie(header)[cookieName] ?? null);
}

/** Sets the session's cookie, or takes it away where it is null. */
export function writeSession(reply: FastifyReply, session: string | null, publicUrl: string): void {
  reply.header(
    'set-cookie',
    stringifySetCookie({
      name: cookieName,
      value: session ?? '',
      path: '/',
      httpOnly: true,
      sameSite: 'strict',
      secure: publicUrl.startsWith('https:'),
      maxAge: session === null ? 0 : sessionLifetimeMs / 1000,
    }),
  );
}

/** Answers whether a browser sent the request from a page of this server: other pages must not act with a session. */
export function isSameOrigin(request: FastifyRequest): boolean {
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin';
  const origin = request.headers.origin;
  return origin !== undefined && URL.parse(origin)?.host === request.headers.host;
}
