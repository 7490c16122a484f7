import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isSecretName, type WebhookConfig } from '../../config/index.ts';
import { AppError, toAppError } from '../../core/errors.ts';
import { toStorable } from '../../core/text.ts';
import { type Received, receiveWebhook } from '../../flows/receive-webhook.ts';
import { answerReports, reportAnswers } from '../../flows/report.ts';
import { decideProof, type ProofGiven } from '../../webhooks/index.ts';
import type { Gatekeeper } from '../auth.ts';
import { readBodiesAsBytes } from '../body.ts';
import type { Door } from '../door.ts';
import { errorResponses, toSchema } from '../openapi.ts';
import { readyBody } from '../routes/actions.ts';

type Params = { name: string; secret?: string };
const bodyLimit = 5 * 1024 * 1024;
const shownOfBody = 2000;

/** Adds where other systems send what the configuration maps to alerts; who they are, their signature or secret shows. */
export async function addWebhookRoutes(
  server: FastifyInstance,
  door: Door,
  gatekeeper: Gatekeeper,
): Promise<void> {
  await server.register((scope, _options, done) => {
    readBodiesAsBytes(scope);
    for (const [url, id] of [
      ['/v1/webhooks/:name', 'webhooks.receive'],
      ['/v1/webhooks/:name/:secret', 'webhooks.receive_by_path'],
    ] as const)
      scope.post<{ Params: Params }>(
        url,
        { bodyLimit, config: { operation: describe(id) } },
        (request, reply) => receive(door, gatekeeper, request, reply),
      );
    done();
  });
}

async function receive(
  door: Door,
  gatekeeper: Gatekeeper,
  request: FastifyRequest<{ Params: Params }>,
  reply: FastifyReply,
): Promise<unknown> {
  const { name } = request.params;
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  const config = await requireSender(door, gatekeeper, request, reply, body);
  const ctx = door.context({ name: `webhook:${name}`, role: 'webhook', entitlements: [] }, request.id);
  const delivery = {
    webhook: name,
    config,
    body: body.toString('utf8'),
    isNdjson: /\b(x-)?(ndjson|jsonl|jsonlines)\b/i.test(request.headers['content-type'] ?? ''),
    headers: readHeaders(request, config),
    key: readHeader(request, config.proof.kind === 'standard' ? 'webhook-id' : 'idempotency-key'),
  };
  try {
    const received = await receiveWebhook(ctx, door.mapper, delivery);
    door.metrics.webhooks.inc({ webhook: name, result: received.isRepeat ? 'repeated' : 'taken' });
    logRejected(door, request, received, body);
    if (received.isRepeat) reply.header('idempotent-replayed', 'true');
    return readyBody(reply, request.id, answerReports(received.answers, received.isSingle), 200);
  } catch (error) {
    door.metrics.webhooks.inc({ webhook: name, result: 'failed' });
    logLost(door, request, body, toAppError(door.translateError(error)).message);
    throw error;
  }
}

/** Answers the webhook whose sender this is. Throws NOT_FOUND, UNAUTHORIZED, and RATE_LIMITED for too many of those. */
async function requireSender(
  door: Door,
  gatekeeper: Gatekeeper,
  request: FastifyRequest<{ Params: Params }>,
  reply: FastifyReply,
  body: Buffer,
): Promise<WebhookConfig> {
  const { name, secret } = request.params;
  const { webhooks } = door.config();
  const config = Object.hasOwn(webhooks, name) ? webhooks[name] : undefined;
  if (!config) {
    await gatekeeper.countFailure(request, reply);
    throw new AppError(
      'NOT_FOUND',
      'there is no webhook of this name; `webhooks:` in tocsin.yaml names them',
    );
  }
  const header = (header: string) => readHeader(request, header);
  const given: ProofGiven = { header, pathSecret: secret ?? null, body };
  const decision = decideProof(config.proof, given, door.clock.now());
  if (decision.good) return config;
  door.metrics.webhooks.inc({ webhook: name, result: 'refused' });
  await gatekeeper.countFailure(request, reply);
  throw refuse(door, request, decision.reason);
}

/** Answers the error of a request without proof, and says it; behind the limit, so that nobody fills the log. */
function refuse(door: Door, request: FastifyRequest<{ Params: Params }>, reason: string): AppError {
  const { name } = request.params;
  const fields = { tag: 'webhook', requestId: request.id, webhook: name, reason };
  door.log.warn(fields, `[webhook] refused a request for "${name}": ${reason}`);
  return new AppError('UNAUTHORIZED', `this webhook takes only what its sender signs: ${reason}`, {
    details: { reason },
  });
}

function readHeader(request: FastifyRequest, name: string): string | null {
  const value = request.headers[name];
  return (typeof value === 'string' ? value : value?.[0]) || null;
}

/** What a mapping may look at: no proof, no credentials. */
function readHeaders(request: FastifyRequest, { proof }: WebhookConfig): Record<string, string> {
  const proofs = 'header' in proof ? [proof.header] : [];
  return Object.fromEntries(
    Object.entries(request.headers)
      .filter(([name]) => !proofs.includes(name) && !isSecretName(name) && !name.endsWith('signature'))
      .map(([name, value]) => [name, [value].flat().join(', ')]),
  );
}

/** What was not taken must be found again: by the sender's id of it, or here. */
function logRejected(door: Door, request: FastifyRequest, { answers }: Received, body: Buffer): void {
  const errors = answers.flatMap((answer, alert) =>
    answer.accepted
      ? []
      : answer.errors.map(({ field, message }) => `alert ${alert + 1}: ${field}: ${message}`),
  );
  if (errors.length > 0) logLost(door, request, body, errors.slice(0, 10).join('; '));
}

function logLost(door: Door, request: FastifyRequest, body: Buffer, problem: string): void {
  const id = ['webhook-id', 'x-github-delivery', 'idempotency-key']
    .map((name) => readHeader(request, name))
    .find((value) => value !== null);
  const { name } = request.params as Params;
  const fields = {
    tag: 'webhook',
    requestId: request.id,
    webhook: name,
    delivery_id: id === undefined ? null : toStorable(id, 200),
    body_bytes: body.length,
    body_start: toStorable(body.toString('utf8', 0, shownOfBody), shownOfBody),
  };
  door.log.warn(fields, `[webhook] a delivery of "${name}" was not taken whole: ${problem}`);
}

function describe(operationId: string) {
  const secret = {
    type: 'string',
    description: 'The secret, where the sender can neither sign nor send headers.',
  };
  const isByPath = operationId.endsWith('by_path');
  return {
    operationId,
    summary: 'Take what another system sends, as `webhooks:` in tocsin.yaml maps it',
    description:
      'Needs no token: the sender signs, or shows a secret. The body is JSON, or NDJSON. A `webhook-id` (Standard Webhooks) or an `Idempotency-Key` is taken once, and answered the same again.',
    tags: ['webhooks'],
    security: [],
    params: {
      type: 'object',
      required: isByPath ? ['name', 'secret'] : ['name'],
      properties: { name: { type: 'string' }, ...(isByPath ? { secret } : {}) },
    },
    body: {},
    response: {
      200: { description: 'What became of each alert.', ...toSchema(reportAnswers) },
      207: { description: 'The same, where some were not taken.', ...toSchema(reportAnswers) },
      ...errorResponses,
    },
  };
}
