import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { AppError } from '../core/errors.ts';
import { rawErrorResponse } from './errors.ts';

/** Answers bytes that are no request (Node's `clientError`): with the envelope where the socket still listens. */
export function answerBrokenRequest(problem: Error & { code?: string }, socket: Socket): void {
  // Browsers open connections ahead: one that never asked would take the answer for that of its first request.
  const neverAsked = problem.code === 'ERR_HTTP_REQUEST_TIMEOUT' && socket.bytesRead === 0;
  if (neverAsked || problem.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  socket.end(rawErrorResponse(explain(problem.code), randomUUID()));
}

function explain(code: string | undefined): AppError {
  if (code === 'HPE_HEADER_OVERFLOW')
    return new AppError('PAYLOAD_TOO_LARGE', 'the address or the headers are too long');
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return new AppError('VALIDATION_ERROR', 'the request did not arrive in time');
  return new AppError('VALIDATION_ERROR', 'this is no HTTP request that can be read');
}
