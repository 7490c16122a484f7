import type { Dispatcher } from 'undici';
import { redactText } from '../../config/index.ts';
import type { LlmConfig } from '../../config/types.ts';
import type { Clock } from '../../core/clock.ts';
import { describeError } from '../../core/errors.ts';
import type { Prompt } from './prompt.ts';
import { type Call, makeCall } from './providers.ts';
import { parseJson, readWritten, type Written } from './read-answer.ts';

/** From the first byte sent to the last one read. */
const askTimeoutMs = 30_000;
const longestAnswerBytes = 64 * 1024;
const shownAnswerLength = 200;

type FailReason = 'timeout' | 'network' | 'http' | 'too_big' | 'malformed' | 'worn_out' | 'off';

export type Asked =
  | { kind: 'written'; written: Written }
  | { kind: 'failed'; reason: FailReason; error: string }
  /** We stop, and whoever comes next asks again. */
  | { kind: 'stopped' };

export type AskDeps = { http: Dispatcher; clock: Clock; stopping: AbortSignal };

/** Asks the model once, within bounds of time and size. Never throws: what goes wrong is in the answer. */
export async function askModel(llm: LlmConfig, prompt: Prompt, deps: AskDeps): Promise<Asked> {
  const call = makeCall(llm, prompt);
  const timer = new AbortController();
  const done = new AbortController();
  void deps.clock.wait(askTimeoutMs, AbortSignal.any([done.signal, deps.stopping])).then(() => timer.abort());
  try {
    const answer = await post(call, deps.http, timer.signal);
    return judge(call, answer);
  } catch (error) {
    if (deps.stopping.aborted) return { kind: 'stopped' };
    if (timer.signal.aborted) return failed('timeout', `no whole answer within ${askTimeoutMs / 1000} s`);
    return failed('network', describeError(error));
  } finally {
    done.abort();
  }
}

type HttpAnswer = { statusCode: number; text: string; isWhole: boolean };

async function post(call: Call, http: Dispatcher, signal: AbortSignal): Promise<HttpAnswer> {
  const url = new URL(call.url);
  const { statusCode, body } = await http.request({
    origin: url.origin,
    path: `${url.pathname}${url.search}`,
    method: 'POST',
    headers: { 'user-agent': 'tocsin', 'content-type': 'application/json', ...call.headers },
    body: JSON.stringify(call.body),
    signal,
  });
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += (chunk as Buffer).length;
    if (bytes > longestAnswerBytes) return { statusCode, text: '', isWhole: false };
    chunks.push(chunk as Buffer);
  }
  return { statusCode, text: Buffer.concat(chunks).toString('utf8'), isWhole: true };
}

function judge(call: Call, { statusCode, text, isWhole }: HttpAnswer): Asked {
  if (!isWhole) return failed('too_big', `the answer is longer than ${longestAnswerBytes / 1024} KiB`);
  if (statusCode !== 200) return failed('http', `HTTP ${statusCode}: ${describeText(text)}`);
  const said = call.readText(parseJson(text));
  if (said === null) return failed('malformed', `the answer has another form: ${describeText(text)}`);
  const written = readWritten(said);
  if (written === null) return failed('malformed', `the model wrote something else: ${describeText(said)}`);
  return { kind: 'written', written };
}

function describeText(text: string): string {
  return redactText(
    text
      .slice(0, shownAnswerLength)
      .replace(/[\p{Cc}\s]+/gu, ' ')
      .trim(),
  );
}

function failed(reason: FailReason, error: string): Asked {
  return { kind: 'failed', reason, error };
}
