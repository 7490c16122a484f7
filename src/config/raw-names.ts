import { describeFound } from './found.ts';
import type { Problem } from './problem.ts';
import { suggestText } from './suggest.ts';
import { valueAt } from './validate.ts';
import type { YamlFile } from './yaml-file.ts';
import { formatPath, type Path } from './yaml-place.ts';

/** A name as it stands in a file. */
export type Named = { name: string; path: Path };

/** Answers the names that stand there again. */
export function duplicates(file: YamlFile, names: readonly Named[], noun: string): Problem[] {
  const first = new Map<string, number>();
  return names.flatMap(({ name, path }) => {
    const { line } = file.locate(path);
    const firstLine = first.get(name);
    if (firstLine === undefined) {
      first.set(name, line);
      return [];
    }
    const found = `a second ${noun} ${describeFound(name, [])}`;
    const message = `the first one is on line ${firstLine}: rename or remove one`;
    return [{ file: file.name, line, key: formatPath(path), found, expected: `a ${noun} once`, message }];
  });
}

/** Answers those of a list of names that are not known. */
export function unknownNames(file: YamlFile, path: Path, known: readonly string[], noun: string): Problem[] {
  return listAt(file, path).flatMap((name, index) =>
    typeof name === 'string' ? unknownName(file, [...path, index], name, known, noun) : [],
  );
}

/** Answers the problem of a name that is not known; empty where it is. */
export function unknownName(
  file: YamlFile,
  path: Path,
  name: string,
  known: readonly string[],
  noun: string,
): Problem[] {
  if (known.includes(name)) return [];
  const expected =
    known.length === 0 ? `a ${noun}, and none is configured` : `one of ${[...new Set(known)].join(', ')}`;
  return [
    {
      file: file.name,
      line: file.locate(path).line,
      key: formatPath(path),
      found: `the unknown ${noun} ${describeFound(name, [])}`,
      expected,
      message: suggestText(name, known) || `configure it, or remove it here`,
    },
  ];
}

/** Answers the texts at a key of every entry of a list. */
export function namesIn(file: YamlFile, list: Path, key: string): Named[] {
  return listAt(file, list).flatMap((_, index) => {
    const path = [...list, index, key];
    const name = valueAt(file.value, path);
    return typeof name === 'string' ? [{ name, path }] : [];
  });
}

/** Answers the list at a path; empty where there is none. */
export function listAt(file: YamlFile, path: Path): readonly unknown[] {
  const value = valueAt(file.value, path);
  return Array.isArray(value) ? value : [];
}

/** Answers the map at a path; empty where there is none. */
export function mapAt(file: YamlFile, path: Path): object {
  const value = valueAt(file.value, path);
  return typeof value === 'object' && value !== null ? value : {};
}
