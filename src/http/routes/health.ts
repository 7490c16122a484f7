import type { FastifyInstance } from 'fastify';
import type { Gatekeeper } from '../auth.ts';
import type { Door } from '../door.ts';
export function addHealthRoutes(_server: FastifyInstance, _door: Door, _gatekeeper: Gatekeeper): void {}
