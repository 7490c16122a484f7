import { z } from 'zod';
import { isStorable } from '../../core/text.ts';

/** How old the time beside a value may be: of what is written hourly, or daily. */
export const freshnesses = ['hourly', 'daily'] as const;
export type Freshness = (typeof freshnesses)[number];

const longestName = 200;
const longestValue = 65_536;

/** Where a namespace's text file is, and what goes into it. */
export type StatePlace = {
  namespace: string;
  /** Absolute path of its text file, which may not be there. */
  path: string;
  backend: 'database' | 'file';
  isDualWrite: boolean;
};

/** Answers whether a text file, and a line in it, can have this name. */
export function isKey(text: string): boolean {
  return (
    /^[^:\p{Cc}]+$/u.test(text) && text === text.trim() && text.length <= longestName && isStorable(text)
  );
}

/** Answers whether a line of a text file can hold the value. */
export function isValue(text: string): boolean {
  return !/[\r\n]/.test(text) && text === text.trim() && text.length <= longestValue && isStorable(text);
}

export const keyInput = z.string().refine(isKey, {
  error: 'must be 1 to 200 characters without ":", control characters, and blanks at its ends',
});

/** Blanks at the ends are left out, as in the text files. */
export const valueInput = z
  .string()
  .trim()
  .refine(isValue, { error: `must be one line of at most ${longestValue} characters` });

/** The path or name of a cache file; its base name is meant. */
export const namespaceInput = z
  .string()
  .transform((path) => path.slice(path.lastIndexOf('/') + 1))
  .refine((name) => /^[^\p{Cc}\\]{1,200}$/u.test(name) && !/^\.{1,2}$/.test(name) && isStorable(name), {
    error: 'must be the name of a file',
  });
