export type Substitution = {
  text: string;
  /** Names that are not set and have no default. */
  missing: readonly string[];
  /** True where a `${` is not closed or holds no name. */
  malformed: boolean;
  /** True where the text was one `${…}` and nothing else: such a value may stand for a number or a boolean. */
  whole: boolean;
};

const reference = /\$?\$\{([^}]*)\}?/g;
const nameAndDefault = /^([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/s;

/** Puts variables into a text: `${NAME}`, `${NAME:-default}` (for unset and empty ones); `$${` stands for `${` itself. */
export function substitute(source: string, env: Readonly<Record<string, string | undefined>>): Substitution {
  const missing: string[] = [];
  let malformed = false;
  const text = source.replace(reference, (match: string, body: string) => {
    if (match.startsWith('$$')) return match.slice(1);
    const [, name, fallback] = match.endsWith('}') ? (nameAndDefault.exec(body) ?? []) : [];
    if (name === undefined) {
      malformed = true;
      return match;
    }
    const value = env[name];
    if (fallback !== undefined) return value || fallback;
    if (value === undefined) missing.push(name);
    return value ?? '';
  });
  return { text, missing, malformed, whole: /^\$\{[^}]*\}$/.test(source) };
}
