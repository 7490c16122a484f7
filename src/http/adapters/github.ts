import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError, toAppError } from '../../core/errors.ts';
import { receiveGithub } from '../../flows/receive-github.ts';
import { decideProof } from '../../webhooks/index.ts';
import type { Gatekeeper } from '../auth.ts';
import { readBodiesAsBytes } from '../body.ts';
import type { Door } from '../door.ts';
import { errorResponses } from '../openapi.ts';

const bodyLimit = 25 * 1024 * 1024;
const webhook = 'github';

/** Adds where GitHub delivers what starts profiles; its signature shows who it is. */
export async function addGithubRoute(
  server: FastifyInstance,
  door: Door,
  gatekeeper: Gatekeeper,
): Promise<void> {
  await server.register((scope, _options, done) => {
    readBodiesAsBytes(scope);
    scope.post(
      '/v1/webhooks/github',
      { bodyLimit, config: { operation: describe() } },
      (request: FastifyRequest, reply) => receive(door, gatekeeper, request, reply),
    );
    done();
  });
}

async function receive(
  door: Door,
  gatekeeper: Gatekeeper,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  const id = readHeader(request, 'x-github-delivery');
  await requireSignature(door, gatekeeper, { request, reply, body, id });
  const ctx = door.context({ name: 'webhook:github', role: 'webhook', entitlements: [] }, request.id);
  try {
    const event = readHeader(request, 'x-github-event');
    if (id === null || event === null)
      throw new AppError('VALIDATION_ERROR', 'X-GitHub-Delivery or X-GitHub-Event is missing');
    const received = await receiveGithub(ctx, { id, event, payload: readPayload(request, body) });
    door.metrics.webhooks.inc({ webhook, result: received.isRepeat ? 'repeated' : 'taken' });
    if (received.isRepeat) reply.header('idempotent-replayed', 'true');
    return reply.code(202).send(received.answer);
  } catch (error) {
    door.metrics.webhooks.inc({ webhook, result: 'failed' });
    const problem = toAppError(door.translateError(error)).message;
    const fields = { tag: 'webhook', requestId: request.id, webhook, delivery_id: id };
    door.log.warn(fields, `[webhook] a delivery of GitHub was not taken: ${problem}`);
    throw error;
  }
}

type Given = { request: FastifyRequest; reply: FastifyReply; body: Buffer; id: string | null };

/** Throws UNAUTHORIZED, and RATE_LIMITED for too many of those. */
async function requireSignature(
  door: Door,
  gatekeeper: Gatekeeper,
  { request, reply, body, id }: Given,
): Promise<void> {
  const secret = door.config().github.webhookSecret;
  const proof = { kind: 'hmac', secret, header: 'x-hub-signature-256' } as const;
  const header = (name: string) => readHeader(request, name);
  const { good, reason } = decideProof(proof, { header, pathSecret: null, body }, door.clock.now());
  if (good) return;
  door.metrics.webhooks.inc({ webhook, result: 'refused' });
  await gatekeeper.countFailure(request, reply);
  const fields = { tag: 'webhook', requestId: request.id, webhook, delivery_id: id, reason };
  door.log.warn(fields, `[webhook] refused a delivery of GitHub: ${reason}`);
  const hint = reason === 'secret_not_set' ? ': GITHUB_WEBHOOK_SECRET is not set' : '';
  throw new AppError('UNAUTHORIZED', `only what GitHub signs is taken: ${reason}${hint}`, {
    details: { reason },
  });
}

/** GitHub sends the JSON as it is, or in a form, as the webhook's content type there says. */
function readPayload(request: FastifyRequest, body: Buffer): string {
  const text = body.toString('utf8');
  const isForm = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') ?? false;
  // `curl -d` calls JSON a form.
  return isForm ? (new URLSearchParams(text).get('payload') ?? text) : text;
}

function readHeader({ headers }: FastifyRequest, name: string): string | null {
  const value = headers[name];
  return (typeof value === 'string' ? value.slice(0, 200) : value?.[0]) || null;
}

function describe() {
  const answer = {
    type: 'object',
    properties: {
      status: { type: 'string', enum: ['started', 'ignored'] },
      run_ids: { type: 'array', items: { type: 'string' } },
      reason: { type: 'string' },
    },
  };
  return {
    operationId: 'webhooks.receive_github',
    summary: 'Take a delivery of GitHub, and start the profiles whose `on.github` matches',
    description:
      'Needs no token: GitHub signs with GITHUB_WEBHOOK_SECRET in `X-Hub-Signature-256`. A delivery is taken once, by its `X-GitHub-Delivery`.',
    tags: ['webhooks'],
    security: [],
    body: {},
    response: { 202: { description: 'The runs that it starts.', ...answer }, ...errorResponses },
  };
}
