import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { AppError, type ErrorCode, errorTable, toAppError } from '../core/errors.ts';
import type { Door } from './door.ts';

export type Envelope = { error: { code: ErrorCode; message: string; details?: unknown; request_id: string } };

/** Answers the body of every error. */
export function toEnvelope(error: AppError, requestId: string): Envelope {
  const { code, message, details } = error;
  return { error: { code, message, ...(details === undefined ? {} : { details }), request_id: requestId } };
}

/** Answers what the server does with whatever a handler, a hook or Fastify itself throws. */
export function createErrorHandler(door: Pick<Door, 'log' | 'translateError'>) {
  return (thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const error =
      translateFastifyError(thrown) ??
      translateAborted(thrown, request) ??
      toAppError(door.translateError(thrown));
    const { httpStatus } = errorTable[error.code];
    if (httpStatus >= 500) {
      const fields = { tag: 'http', requestId: request.id, method: request.method, err: thrown };
      door.log.error(fields, `[http] ${error.code}: ${error.message}`);
    }
    return reply.code(httpStatus).send(toEnvelope(error, request.id));
  };
}

function translateFastifyError(thrown: unknown): AppError | null {
  if (!isFastifyError(thrown)) return null;
  if (thrown.statusCode === 413) {
    return new AppError('PAYLOAD_TOO_LARGE', 'the body is larger than this address takes', { cause: thrown });
  }
  if (thrown.statusCode === 415) {
    return new AppError('VALIDATION_ERROR', 'content type: send application/json', { cause: thrown });
  }
  if ((thrown.statusCode ?? 500) >= 500) return null;
  return new AppError('VALIDATION_ERROR', thrown.message, { cause: thrown });
}

/** A caller that goes away while it sends fails with the code of a database that does. */
function translateAborted(thrown: unknown, { raw }: FastifyRequest): AppError | null {
  if (!(thrown instanceof Error) || thrown !== raw.errored) return null;
  return new AppError('VALIDATION_ERROR', 'the request ended before its body did', { cause: thrown });
}

function isFastifyError(thrown: unknown): thrown is FastifyError {
  return thrown instanceof Error && 'code' in thrown && String(thrown.code).startsWith('FST_');
}

/** Answers an error as bytes for a socket whose request could not even be read. */
export function rawErrorResponse(error: AppError, requestId: string): string {
  const body = JSON.stringify(toEnvelope(error, requestId));
  return [
    `HTTP/1.1 ${errorTable[error.code].httpStatus} Error`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-ID: ${requestId}`,
    'Connection: close',
    '',
    body,
  ].join('\r\n');
}
