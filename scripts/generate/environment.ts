import { environmentNames } from '../../src/config/index.ts';

const begin = '<!-- environment:begin -->';
const end = '<!-- environment:end -->';

/** Answers the document with the table of environment variables between its marks. */
export function insertEnvironmentTable(document: string): string {
  const rows = environmentNames.map(({ name, meaning }) => `| \`${name}\` | ${meaning} |`);
  const table = ['| name | meaning |', '| --- | --- |', ...rows].join('\n');
  const before = document.slice(0, document.indexOf(begin) + begin.length);
  return `${before}\n${table}\n${document.slice(document.indexOf(end))}`;
}
