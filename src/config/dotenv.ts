import { parseEnv } from 'node:util';
import type { Env, Environment } from './environment.ts';
import type { Problem } from './problem.ts';

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

/** Answers a problem for each line of a `.env` file that sets nothing and is no comment; reading it would pass over them. */
export function checkDotenv(name: string, text: string): Problem[] {
  const lines = text.split('\n');
  const problems: Problem[] = [];
  for (let i = 0; i < lines.length; i++) {
    const line = (lines[i] ?? '').trim();
    // A name alone takes its value from the environment, as it does here anyway.
    if (line === '' || line.startsWith('#') || /^(export\s+)?\w+$/.test(line)) continue;
    if (line.includes('=')) i += linesBelow(line, lines.slice(i + 1));
    else problems.push(notSet(name, i + 1));
  }
  return problems;
}

/** How many of the lines below belong to the quoted value that begins in this one. */
function linesBelow(line: string, below: readonly string[]): number {
  const [, quote, rest] = /^[^=]*=\s*(["'`])(.*)$/.exec(line) ?? [];
  if (quote === undefined || rest?.includes(quote)) return 0;
  return below.findIndex((later) => later.includes(quote)) + 1;
}

/** What stands there is not shown: it may be a secret. */
function notSet(file: string, line: number): Problem {
  const found = 'a line without "="';
  const expected = 'NAME=value, or a comment that begins with #';
  return { file, line, key: '', found, expected, message: '' };
}
