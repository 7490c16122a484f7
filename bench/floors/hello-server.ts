import { fastify } from 'fastify';

/* The least that a start costs: Fastify with one route. Argument: port. */

const server = fastify({ logger: false });
server.get('/readyz', async () => ({ status: 'ready' }));
await server.listen({ host: '127.0.0.1', port: Number(process.argv[2]) });
