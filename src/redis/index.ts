/*
 * The Redis that processes share counts by. It is never waited for and never needed: where it is away the caller goes on alone.
 */

export { createRedis, type Redis, type RedisState } from './redis.ts';
