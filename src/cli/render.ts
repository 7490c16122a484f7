/** Columns that people look for, in this order; a list shows those of them that it has. */
const columnOrder = [
  'number',
  'id',
  'alert_ref',
  'token_id',
  'run_id',
  'incident',
  'relation',
  'severity',
  'priority',
  'status',
  'state',
  'silenced_by',
  'name',
  'title',
  'service',
  'env',
  'kind',
  'profile',
  'task',
  'metric_name',
  'metric_value',
  'recorded_at',
  'version',
  'channel',
  'event',
  'role',
  'occurrences',
  'owner',
  'reason',
  'maintenance',
  'matchers',
  'due_date',
  'overdue',
  'error',
  'at',
  'by',
  'started_at',
  'duration_ms',
  'exit_code',
  'starts_at',
  'ends_at',
  'last_seen_at',
  'checked_at',
  'created_by',
  'created_at',
  'revoked_at',
  'comment',
  'message',
];
/** What happened, when and by whom: what a timeline is read for. */
const eventColumns = [
  'at',
  'type',
  'from_status',
  'to_status',
  'reason',
  'actor',
  'occurrences',
  'message',
  'note',
];
/** Of a list, what stands beside its rows and is not for people. */
const listWords = ['data', 'next_cursor', 'limit', 'searched_to'];
const widestColumn = 60;
/** What is read for its words stands last and is cut late. */
const widestMessage = 500;
const wordy = ['message', 'note'];
const mostColumns = 10;

type Row = Readonly<Record<string, unknown>>;

/** Answers a result for people: a table for a list, lines of `key: value` for one thing, the bare text of `print`. */
export function render(result: unknown, print: string | null): string {
  if (print !== null && isRow(result)) return cell(result[print]);
  if (Array.isArray(result)) return renderTable(result.filter(isRow));
  if (!isRow(result)) return cell(result);
  const { data, next_cursor, searched_to } = result;
  if (!Array.isArray(data)) return renderThing(result, '');
  const stopped = typeof searched_to === 'string' ? `\nsearched back to ${cell(searched_to)}` : '';
  const more = typeof next_cursor === 'string' ? `\nmore: --cursor ${next_cursor}` : '';
  const rest = Object.entries(result).filter(([name]) => !listWords.includes(name));
  const sums = rest.map(([name, value]) => `${name}: ${cell(value)}\n`).join('');
  return sums + renderTable(data.filter(isRow)) + stopped + more;
}

function renderTable(rows: readonly Row[]): string {
  if (rows.length === 0) return 'nothing';
  const columns = chooseColumns(rows);
  const lines = [columns, ...rows.map((row) => columns.map((name) => shortCell(row[name], name)))];
  const widths = columns.map((_, i) => Math.max(...lines.map((line) => (line[i] ?? '').length)));
  return lines
    .map((line) =>
      line
        .map((text, i) => text.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function chooseColumns(rows: readonly Row[]): string[] {
  const names = [...new Set(rows.flatMap(Object.keys))];
  const isWorthIt = (name: string) =>
    rows.some((row) => row[name] !== null && (typeof row[name] !== 'object' || name === 'matchers'));
  const isEvent = names.includes('at') && (names.includes('type') || names.includes('to_status'));
  if (isEvent) return eventColumns.filter((name) => names.includes(name) && isWorthIt(name));
  const known = columnOrder.filter((name) => names.includes(name) && isWorthIt(name));
  const chosen = known.length > 1 ? known : names.filter(isWorthIt);
  return chosen.slice(0, mostColumns);
}

function renderThing(thing: Row, indent: string): string {
  return Object.entries(thing)
    .filter(([, value]) => value !== null && !(Array.isArray(value) && value.length === 0))
    .map(([name, value]) => `${indent}${name}: ${renderValue(value, indent)}`.replace(': \n', ':\n'))
    .join('\n');
}

function renderValue(value: unknown, indent: string): string {
  const deeper = `${indent}  `;
  if (Array.isArray(value) && value.every(isRow)) {
    const shift = (text: string) => text.replaceAll(/^/gm, deeper);
    return `\n${shift(renderTable(value))}`;
  }
  if (isRow(value)) return Object.keys(value).length === 0 ? '-' : `\n${renderThing(value, deeper)}`;
  const text = cell(value);
  return text.includes('\n') ? `\n${text.replaceAll(/^/gm, deeper)}` : text;
}

function shortCell(value: unknown, column: string): string {
  const text = cell(value);
  const [line = ''] = text.split('\n', 1);
  const widest = wordy.includes(column) ? widestMessage : widestColumn;
  if (line.length > widest) return `${line.slice(0, widest - 1)}…`;
  return text.length > line.length ? `${line} …` : line;
}

/** Answers a value as one text without what would steer a terminal. */
export function cell(value: unknown): string {
  if (value === null || value === undefined) return '-';
  if (typeof value === 'object') return JSON.stringify(value);
  // Escape sequences in what others reported must not reach the terminal.
  return String(value).replaceAll(/[^\P{Cc}\n]/gu, ' ');
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
