import formbody from '@fastify/formbody';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { runAction } from '../../core/action.ts';
import { type AppError, errorTable, toAppError } from '../../core/errors.ts';
import type { FlowCtx } from '../../flows/context.ts';
import { moveAction } from '../../flows/incident-actions.ts';
import { acknowledgeIncident } from '../../incidents/index.ts';
import type { Gatekeeper } from '../auth.ts';
import type { Door } from '../door.ts';
import { alertPage } from '../pages/alert.ts';
import { boardPage } from '../pages/board.ts';
import { incidentPage } from '../pages/incident.ts';
import { incidentPath } from '../pages/marks.ts';
import { noticePage } from '../pages/notice.ts';
import { readAlertPage } from '../pages/read-alert.ts';
import { readBoard } from '../pages/read-board.ts';
import { readIncidentPage } from '../pages/read-incident.ts';
import { readText, requireOwnPage, sendPage } from './page-form.ts';
import { addSignInRoutes, sendAway, sendToSignIn } from './sign-in.ts';

type Step = (ctx: FlowCtx, id: string, form: unknown) => Promise<unknown>;

/** Adds the pages for people: what is wrong now, one incident, one alert, and the way in and out. */
export async function addPageRoutes(
  server: FastifyInstance,
  door: Door,
  gatekeeper: Gatekeeper,
): Promise<void> {
  await server.register((pages, _options, done) => {
    // Here a form is a form.
    pages.register(formbody, { bodyLimit: 4096 });
    addSignInRoutes(pages, door, gatekeeper);
    addPage(pages, door, gatekeeper, '/', async (ctx, _request, reply) =>
      sendPage(reply, boardPage(await readBoard(ctx, door.reloadTrouble()))),
    );
    addPage(pages, door, gatekeeper, '/incidents/:id', (ctx, request, reply) =>
      sendIncident(ctx, readId(request), null, reply),
    );
    addPage(pages, door, gatekeeper, '/alerts/:id', (ctx, request, reply) =>
      sendAlert(ctx, readId(request), reply),
    );
    addStep(pages, door, gatekeeper, 'acknowledge', (ctx, id) => runAction(acknowledgeIncident, ctx, { id }));
    addStep(pages, door, gatekeeper, 'resolve', (ctx, id, form) =>
      runAction(moveAction, ctx, { id, status: 'resolved', force: readText(form, 'force') === 'true' }),
    );
    done();
  });
}

type Show = (ctx: FlowCtx, request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;

/** Adds a page for whoever is signed in. */
function addPage(pages: FastifyInstance, door: Door, gatekeeper: Gatekeeper, url: string, show: Show): void {
  pages.get(url, { schema: { hide: true } }, async (request, reply) => {
    const visitor = await gatekeeper.findVisitor(request);
    return visitor ? show(door.context(visitor, request.id), request, reply) : sendAway(request, reply);
  });
}

/** Adds the form of an incident's page that takes this step; it leads back to the page. */
function addStep(pages: FastifyInstance, door: Door, gatekeeper: Gatekeeper, word: string, step: Step): void {
  pages.post(`/incidents/:id/${word}`, { schema: { hide: true } }, async (request, reply) => {
    requireOwnPage(request);
    const id = readId(request);
    const visitor = await gatekeeper.findVisitor(request);
    if (!visitor) return sendToSignIn(reply, incidentPath(id));
    const ctx = door.context(visitor, request.id);
    try {
      await step(ctx, id, request.body);
    } catch (thrown) {
      return sendIncident(ctx, id, readRefusal(door, thrown), reply);
    }
    return reply.redirect(incidentPath(id), 303);
  });
}

async function sendIncident(
  ctx: FlowCtx,
  id: string,
  refusal: AppError | null,
  reply: FastifyReply,
): Promise<FastifyReply> {
  try {
    const shown = await readIncidentPage(ctx, id, refusal?.message ?? null);
    return sendPage(reply.code(refusal ? errorTable[refusal.code].httpStatus : 200), incidentPage(shown));
  } catch (thrown) {
    return sendRefusal(thrown, `There is no incident ${id}.`, reply);
  }
}

async function sendAlert(ctx: FlowCtx, alertRef: string, reply: FastifyReply): Promise<FastifyReply> {
  try {
    return sendPage(reply, alertPage(await readAlertPage(ctx, alertRef)));
  } catch (thrown) {
    return sendRefusal(thrown, `There is no alert ${alertRef}; those that are long over are removed.`, reply);
  }
}

/** Answers why there is nothing to see. Throws what is our own fault. */
function sendRefusal(thrown: unknown, absence: string, reply: FastifyReply): FastifyReply {
  const { code, message } = toAppError(thrown);
  if (code === 'FORBIDDEN') return sendPage(reply.code(403), noticePage('Not for this role', message));
  if (code !== 'NOT_FOUND' && code !== 'VALIDATION_ERROR') throw thrown;
  return sendPage(reply.code(404), noticePage('Not found', absence));
}

/** Answers what is wrong with the visitor's step. Throws what is our own fault. */
function readRefusal(door: Door, thrown: unknown): AppError {
  const error = toAppError(door.translateError(thrown));
  if (errorTable[error.code].httpStatus >= 500) throw thrown;
  return error;
}

function readId(request: FastifyRequest): string {
  return readText(request.params, 'id') ?? '';
}
