import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { endSession, redeemSignInCode, signInWithToken } from '../../access/index.ts';
import { systemActor } from '../../core/actor.ts';
import { toAppError } from '../../core/errors.ts';
import type { Gatekeeper } from '../auth.ts';
import type { Door } from '../door.ts';
import { readLocalPath } from '../pages/local-path.ts';
import { reloadPage } from '../pages/notice.ts';
import { codePage, signInPage } from '../pages/sign-in.ts';
import { readSession, writeSession } from '../session-cookie.ts';
import { readText, requireOwnPage, sendPage } from './page-form.ts';

/** Adds the way in and out; who came from a page is led back to it. */
export function addSignInRoutes(pages: FastifyInstance, door: Door, gatekeeper: Gatekeeper): void {
  const schema = { hide: true };
  pages.get('/signin', { schema }, (request, reply) => {
    const code = readText(request.query, 'code');
    const next = readLocalPath(readText(request.query, 'next'));
    return sendPage(reply, code ? codePage(code) : signInPage(null, next));
  });
  pages.post('/signin', { schema }, (request, reply) => signIn(door, gatekeeper, request, reply));
  pages.post('/signout', { schema }, async (request, reply) => {
    requireOwnPage(request);
    const session = readSession(request);
    if (session !== null) await endSession(door.context(systemActor('access'), request.id), session);
    door.authenticator.forget();
    writeSession(reply, null, door.config().server.publicUrl);
    return reply.redirect('/signin', 303);
  });
}

/** Answers a visitor whom we don't know: a browser that may have kept the cookie back comes again, others sign in first. */
export function sendAway(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const keptBack = request.headers['sec-fetch-site'] === 'cross-site' && readSession(request) === null;
  if (keptBack) return sendPage(reply, reloadPage(readLocalPath(request.url) ?? '/'));
  return sendToSignIn(reply, request.url);
}

/** Leads to the page for signing in, which leads on to `path`. */
export function sendToSignIn(reply: FastifyReply, path: string): FastifyReply {
  const next = path === '/' ? null : readLocalPath(path);
  return reply.redirect(next === null ? '/signin' : `/signin?next=${encodeURIComponent(next)}`, 303);
}

async function signIn(
  door: Door,
  gatekeeper: Gatekeeper,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  requireOwnPage(request);
  const ctx = door.context(systemActor('access'), request.id);
  const code = readText(request.body, 'code');
  const next = readLocalPath(readText(request.body, 'next'));
  const session = code
    ? await redeemSignInCode(ctx, code)
    : await signInWithToken(ctx, readText(request.body, 'token')?.trim() ?? '');
  if (session !== null) {
    writeSession(reply, session, door.config().server.publicUrl);
    return reply.redirect(next ?? '/', 303);
  }
  const problem = code ? 'This link was used already or is too old.' : 'This token is unknown or revoked.';
  const waitSeconds = await countTry(gatekeeper, request, reply);
  if (waitSeconds === null) return sendPage(reply.code(401), signInPage(problem, next));
  return sendPage(reply.code(429), signInPage(`Too many tries: wait ${waitSeconds} s.`, next));
}

/** Answers how long one has to wait after too many tries; null: one may try again. */
async function countTry(
  gatekeeper: Gatekeeper,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<string | null> {
  try {
    await gatekeeper.countFailure(request, reply);
    return null;
  } catch (error) {
    if (toAppError(error).code !== 'RATE_LIMITED') throw error;
    return String(reply.getHeader('retry-after'));
  }
}
