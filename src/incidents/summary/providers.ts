import { z } from 'zod';
import type { LlmConfig } from '../../config/types.ts';
import type { Prompt } from './prompt.ts';

const maxTokens = 600;
const anthropicVersion = '2023-06-01';

/** What is sent to an endpoint, and how its answer is read. */
export type Call = {
  url: string;
  headers: Record<string, string>;
  body: object;
  /** Answers the text that the model wrote; null where the answer has another form. */
  readText(answer: unknown): string | null;
};

const openaiAnswer = z.object({
  choices: z.array(z.object({ message: z.object({ content: z.string() }) })).min(1),
});
const anthropicAnswer = z.object({
  content: z.array(z.object({ type: z.string(), text: z.string().optional() })).min(1),
});

/** Answers the call that asks the model, in the way of its provider. */
export function makeCall(llm: LlmConfig, prompt: Prompt): Call {
  return llm.provider === 'anthropic' ? callAnthropic(llm, prompt) : callOpenai(llm, prompt);
}

/** The Messages API: https://docs.anthropic.com/en/api/messages */
function callAnthropic({ apiKey, model, baseUrl }: LlmConfig, { system, user }: Prompt): Call {
  return {
    url: `${baseUrl.replace(/\/v1$/, '')}/v1/messages`,
    headers: {
      'anthropic-version': anthropicVersion,
      ...(apiKey === null ? {} : { 'x-api-key': apiKey }),
    },
    body: { model, max_tokens: maxTokens, system, messages: [{ role: 'user', content: user }] },
    readText(answer) {
      const parsed = anthropicAnswer.safeParse(answer);
      return parsed.success ? parsed.data.content.map(({ text }) => text ?? '').join('') : null;
    },
  };
}

/** Chat completions, as OpenAI's API and those that are compatible with it have them. */
function callOpenai({ apiKey, model, baseUrl }: LlmConfig, { system, user }: Prompt): Call {
  // OpenAI's own newer models refuse the old name, most others know no other one.
  const limit = new URL(baseUrl).hostname === 'api.openai.com' ? 'max_completion_tokens' : 'max_tokens';
  return {
    url: `${baseUrl}/chat/completions`,
    headers: apiKey === null ? {} : { authorization: `Bearer ${apiKey}` },
    body: {
      model,
      [limit]: maxTokens,
      messages: [
        { role: 'system', content: system },
        { role: 'user', content: user },
      ],
    },
    readText(answer) {
      const parsed = openaiAnswer.safeParse(answer);
      return parsed.success ? (parsed.data.choices[0]?.message.content ?? null) : null;
    },
  };
}
