import { createHash } from 'node:crypto';
import { redactConfig } from './redact-config.ts';
import type { Config } from './types.ts';

/** Answers a short text that tells configurations apart, made without their secrets: 12 hexadecimal digits. */
export function hashConfig(config: Config): string {
  // Where the files lie and what they are called makes no other configuration.
  const { files, watchedFiles, ...content } = redactConfig(config);
  return createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 12);
}
