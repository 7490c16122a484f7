import { AppError } from '../core/errors.ts';

/** One thing that is wrong in a file or in the environment, with what a person needs to put it right. */
export type Problem = {
  /** Path as a person would type it, or `environment`. */
  file: string;
  /** Counted from 1; null where there is no line. */
  line: number | null;
  /** As `components[0].checks[1].url`, or a variable's name; empty for the file as a whole. */
  key: string;
  /** Never a secret. */
  found: string;
  expected: string;
  /** What to do; may be empty where `expected` says it. */
  message: string;
};

/** Answers the error that carries all problems, file by file in the order of lines: `details.problems` for programs, the message for people. */
export function configError(unsorted: readonly Problem[]): AppError {
  const files = [...new Set(unsorted.map((problem) => problem.file))];
  const problems = files.flatMap((file) =>
    unsorted.filter((problem) => problem.file === file).sort((a, b) => (a.line ?? 0) - (b.line ?? 0)),
  );
  return new AppError('VALIDATION_ERROR', formatProblems(problems), { details: { problems } });
}

/** Answers the problems that an error of `loadConfig` carries; null where it is another error. */
export function findProblems(error: unknown): readonly Problem[] | null {
  if (!(error instanceof AppError) || error.code !== 'VALIDATION_ERROR') return null;
  const details = error.details as { problems?: readonly Problem[] } | undefined;
  return details?.problems ?? null;
}

/** Answers the problems as text: a block each, its first line `file:line  key`, which terminals make clickable. */
export function formatProblems(problems: readonly Problem[]): string {
  const count = problems.length === 1 ? 'One problem' : `${problems.length} problems`;
  return [`${count} in the configuration:`, ...problems.map(formatProblem)].join('\n\n');
}

function formatProblem(problem: Problem): string {
  const place = problem.line === null ? problem.file : `${problem.file}:${problem.line}`;
  const lines = [problem.key ? `${place}  ${problem.key}` : place];
  if (problem.found) lines.push(`  found     ${problem.found}`);
  if (problem.expected) lines.push(`  expected  ${problem.expected}`);
  if (problem.message) lines.push(`  to do     ${problem.message}`);
  return lines.join('\n');
}
