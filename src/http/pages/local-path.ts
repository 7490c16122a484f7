const longest = 500;

/** Answers the text where it is a path of this server, else null: nobody may be sent to another one by a link to ours. */
export function readLocalPath(text: string | null): string | null {
  if (text === null || text.length > longest) return null;
  // Browsers read `\` as `/`, skip tabs and line ends, and take what follows `//` for another host.
  if (!/^\/(?!\/)[\w\-.~%/?=&+:,@]*$/.test(text)) return null;
  return URL.parse(text, 'http://here')?.pathname.startsWith('//') ? null : text;
}
