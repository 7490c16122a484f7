import { z } from 'zod';
import { toStorable } from '../../core/text.ts';

export const risks = ['low', 'medium', 'high', 'critical'] as const;
export type Risk = (typeof risks)[number];

/** What a model made of the facts. */
export type Written = { summary: string; risk: Risk };

const longestSummary = 2000;

const written = z.object({
  summary: z.string().trim().min(1),
  risk: z.preprocess((word) => (typeof word === 'string' ? word.toLowerCase().trim() : word), z.enum(risks)),
});

/** Answers what the model wrote, also where it put its JSON into a fence or talked around it; null where it is none. */
export function readWritten(text: string): Written | null {
  const json = /\{[\s\S]*\}/.exec(text)?.[0];
  if (json === undefined) return null;
  const parsed = written.safeParse(parseJson(json));
  if (!parsed.success) return null;
  return { ...parsed.data, summary: toStorable(parsed.data.summary, longestSummary) };
}

/** Answers the value; undefined where the text is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Whatever it is, it is judged as an answer of another form.
    return undefined;
  }
}
