import { describeError } from '../../core/errors.ts';
import type { SpawnProblem } from './types.ts';

/** Answers what the system says of a program that could not be started. */
export function readSpawnProblem(error: unknown): SpawnProblem {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return { code, message: describeError(error) };
}
