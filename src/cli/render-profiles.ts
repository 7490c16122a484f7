type Profile = {
  name: string;
  enabled: boolean;
  cron: string;
  tasks: number;
  next_run_at: string | null;
  last_run: { status: string; finished_at: string | null } | null;
};

/** Answers the profiles for people, a line each. */
export function renderProfiles(result: unknown): string {
  const { data } = result as { data: readonly Profile[] };
  if (data.length === 0) return 'no profiles: there is no jobs.yaml';
  const rows = data.map(profileCells);
  const widths = [0, 1, 2, 3, 4].map((column) =>
    Math.max(...rows.map((cells) => cells[column]?.length ?? 0)),
  );
  return rows
    .map((cells) =>
      cells
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function profileCells({ name, enabled, cron, tasks, next_run_at, last_run }: Profile): string[] {
  const last = last_run ? [last_run.status, last_run.finished_at].filter(Boolean).join(' ') : 'never';
  return [
    name,
    `cron="${cron}"`,
    `tasks=${tasks}`,
    `next ${next_run_at ?? 'none'}`,
    `last ${last}`,
    ...(enabled ? [] : ['(disabled)']),
  ];
}
