import { mayImport } from '../../test/layers.ts';

const begin = '<!-- imports:begin -->';
const end = '<!-- imports:end -->';

/** Answers the document with the table of who may import whom between its marks. */
export function insertImportTable(document: string): string {
  const [before, rest] = document.split(begin);
  const [, after] = rest?.split(end) ?? [];
  if (before === undefined || after === undefined)
    throw new Error(`docs/architecture.md needs ${begin} and ${end}`);
  const rows = Object.entries(mayImport).map(
    ([folder, known]) => `| \`${folder}\` | ${known.map((name) => `\`${name}\``).join(', ') || 'nothing'} |`,
  );
  const table = ['| folder of `src/` | may import |', '| --- | --- |', ...rows].join('\n');
  return `${before}${begin}\n${table}\n\n\`app\` stands for the files beside the folders.\n${end}${after}`;
}
