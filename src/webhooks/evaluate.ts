import { parentPort } from 'node:worker_threads';
import jsonata from 'jsonata';
import { findJsonError } from '../core/json-error.ts';
import { describePosition } from '../core/position.ts';
import type { Evaluated, EvaluationJob } from './types.ts';

/*
 * The thread that runs the expressions, one job at a time. Its own bounds catch nearly all of what runs away and say
 * where; what they cannot interrupt (a regular expression, one huge text) the deadline of `mapper.ts` ends.
 */

const bounds = { timeout: 1500, stack: 400, sequence: 100_000 };
const largestOutput = 5 * 1024 * 1024;
const maxDocuments = 1000;
const maxExpressions = 50;

type JsonataProblem = { message?: string; position?: number };
const compiled = new Map<string, jsonata.Expression>();

function compile(text: string): jsonata.Expression {
  const known = compiled.get(text);
  if (known) return known;
  if (compiled.size >= maxExpressions) compiled.clear();
  const made = jsonata(text, bounds);
  compiled.set(text, made);
  return made;
}

async function evaluate(job: EvaluationJob): Promise<Evaluated> {
  const documents = job.isNdjson ? splitLines(job.body) : [{ place: 'the body', text: job.body }];
  if (documents.length > maxDocuments) return { ok: false, problem: `more than ${maxDocuments} lines` };
  const made: unknown[] = [];
  for (const { place, text } of documents) {
    const read = readJson(text);
    if (read === null) return { ok: false, problem: `${place} is not valid JSON${sayWhere(job, text)}` };
    const result = await run(job, read.value);
    if ('problem' in result) return { ok: false, problem: `on ${place}: ${result.problem}` };
    made.push(result.value);
  }
  return write(job.isNdjson ? made.flat() : made[0]);
}

function splitLines(body: string): { place: string; text: string }[] {
  return body
    .split('\n')
    .map((text, i) => ({ place: `line ${i + 1} of the body`, text }))
    .filter(({ text }) => text.trim() !== '');
}

function readJson(text: string): { value: unknown } | null {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return null;
  }
}

function sayWhere({ isNdjson }: EvaluationJob, text: string): string {
  const at = findJsonError(text);
  if (at === null) return '';
  return isNdjson ? `, from column ${at + 1} on` : `, from ${describePosition(text, at)} on`;
}

async function run(job: EvaluationJob, document: unknown): Promise<{ value: unknown } | { problem: string }> {
  try {
    return { value: await compile(job.expression).evaluate(document, { headers: job.headers }) };
  } catch (error) {
    return { problem: explain(job.expression, error as JsonataProblem) };
  }
}

function explain(expression: string, { message = 'it failed', position }: JsonataProblem): string {
  const said = message.slice(0, 500);
  if (position === undefined) return said;
  return `${describePosition(expression, position)} of the mapping: ${said}`;
}

function write(value: unknown): Evaluated {
  try {
    const json = JSON.stringify(value ?? []);
    if (json !== undefined && json.length <= largestOutput) return { ok: true, json };
    return { ok: false, problem: `the mapping makes more than ${largestOutput} characters` };
  } catch {
    return { ok: false, problem: 'the mapping makes what is no JSON, as a function or too deep a nesting' };
  }
}

parentPort?.on('message', (job: EvaluationJob) => {
  void evaluate(job).then((evaluated) => parentPort?.postMessage(evaluated));
});
parentPort?.postMessage('ready');
