import formbody from '@fastify/formbody';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { endSession, redeemSignInCode, signInWithToken } from '../../access/index.ts';
import { systemActor } from '../../core/actor.ts';
import { AppError } from '../../core/errors.ts';
import type { Gatekeeper } from '../auth.ts';
import type { Door } from '../door.ts';
import { boardPage } from '../pages/board.ts';
import { readBoard } from '../pages/read-board.ts';
import { codePage, signInPage } from '../pages/sign-in.ts';
import { pageHeaders } from '../security-headers.ts';
import { isSameOrigin, readSession, writeSession } from '../session-cookie.ts';

/** Adds the pages for people: what is wrong now, and the way in and out. */
export async function addPageRoutes(
  server: FastifyInstance,
  door: Door,
  gatekeeper: Gatekeeper,
): Promise<void> {
  await server.register((pages, _options, done) => {
    // Here a form is a form.
    pages.register(formbody, { bodyLimit: 4096 });
    const schema = { hide: true };
    pages.get('/', { schema }, async (request, reply) => {
      const visitor = await gatekeeper.findVisitor(request);
      if (!visitor) return reply.redirect('/signin', 303);
      return sendPage(
        reply,
        boardPage(await readBoard(door.context(visitor, request.id), door.reloadTrouble())),
      );
    });
    pages.get('/signin', { schema }, (request, reply) => {
      const code = readText(request.query, 'code');
      return sendPage(reply, code ? codePage(code) : signInPage(null));
    });
    pages.post('/signin', { schema }, (request, reply) => signIn(door, gatekeeper, request, reply));
    pages.post('/signout', { schema }, async (request, reply) => {
      requireSameOrigin(request);
      const session = readSession(request);
      if (session !== null) await endSession(door.context(systemActor('access'), request.id), session);
      door.authenticator.forget();
      writeSession(reply, null, door.config().server.publicUrl);
      return reply.redirect('/signin', 303);
    });
    done();
  });
}

async function signIn(
  door: Door,
  gatekeeper: Gatekeeper,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  requireSameOrigin(request);
  const ctx = door.context(systemActor('access'), request.id);
  const code = readText(request.body, 'code');
  const session = code
    ? await redeemSignInCode(ctx, code)
    : await signInWithToken(ctx, readText(request.body, 'token')?.trim() ?? '');
  if (session !== null) {
    writeSession(reply, session, door.config().server.publicUrl);
    return reply.redirect('/', 303);
  }
  gatekeeper.countFailure(request, reply);
  reply.code(401);
  const problem = code ? 'This link was used already or is too old.' : 'This token is unknown or revoked.';
  return sendPage(reply, signInPage(problem));
}

// A page elsewhere must not sign a browser in or out.
function requireSameOrigin(request: FastifyRequest): void {
  const { origin, 'sec-fetch-site': site } = request.headers;
  if ((origin !== undefined || site !== undefined) && !isSameOrigin(request))
    throw new AppError('FORBIDDEN', 'this form works on pages of this server only');
}

function readText(fields: unknown, name: string): string | null {
  if (typeof fields !== 'object' || fields === null || !Object.hasOwn(fields, name)) return null;
  const value: unknown = (fields as Record<string, unknown>)[name];
  return typeof value === 'string' ? value : null;
}

function sendPage(reply: FastifyReply, text: string): FastifyReply {
  return reply.headers(pageHeaders).type('text/html; charset=utf-8').send(text);
}
