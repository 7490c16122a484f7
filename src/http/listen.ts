import type { FastifyInstance } from 'fastify';
import { AppError, describeError } from '../core/errors.ts';

const lookForIdleEveryMs = 50;

/** Begins to listen; answers the address as a URL. Throws UNAVAILABLE where the address cannot be had. */
export async function listen(server: FastifyInstance, host: string, port: number): Promise<string> {
  try {
    return await server.listen({ host, port });
  } catch (error) {
    const hint =
      (error as NodeJS.ErrnoException).code === 'EADDRINUSE' ? ': something else listens there' : '';
    throw new AppError(
      'UNAVAILABLE',
      `cannot listen on ${host}:${port}${hint || `: ${describeError(error)}`}`,
      {
        cause: error,
      },
    );
  }
}

/** Takes no new connection and resolves when every request under way has its answer. */
export async function closeHttpServer(server: FastifyInstance): Promise<void> {
  // A connection that was busy is idle once it has its answer; nobody else would end it then.
  const timer = setInterval(() => server.server.closeIdleConnections(), lookForIdleEveryMs);
  try {
    await server.close();
  } finally {
    clearInterval(timer);
  }
}
