import { cell } from './render.ts';

type Found = { chats: readonly { title: string; type: string; env: readonly string[] }[]; hint: string };

/** Answers the chats of a bot for people, each above the lines that choose it, to be copied as they are. */
export function renderChats(result: unknown): string {
  const { chats, hint } = result as Found;
  const blocks = chats.map(({ title, type, env }) =>
    [`# ${cell(title)} (${cell(type)})`, ...env.map(cell)].join('\n').concat('\n'),
  );
  return [...blocks, hint].join('\n');
}
