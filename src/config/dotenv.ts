import { parseEnv } from 'node:util';
import type { Env, Environment } from './environment.ts';

/** Answers the environment with the variables of a `.env` file below it: the real environment beats the file. */
export function mergeEnvironment(real: Env, dotenv: { name: string; text: string } | null): Environment {
  if (dotenv === null) return { values: real, origin: () => ({ file: 'environment', line: null }) };
  const fromFile: Env = parseEnv(dotenv.text);
  const lines = dotenv.text.split('\n');
  return {
    values: { ...fromFile, ...withoutUnset(real) },
    origin(name) {
      if (real[name] !== undefined || fromFile[name] === undefined)
        return { file: 'environment', line: null };
      // The last one counts where a name stands twice.
      const index = lines.findLastIndex(
        (line) =>
          line
            .replace(/^\s*(export\s+)?/, '')
            .split('=', 1)[0]
            ?.trim() === name,
      );
      return { file: dotenv.name, line: index < 0 ? null : index + 1 };
    },
  };
}

function withoutUnset(env: Env): Env {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined));
}
