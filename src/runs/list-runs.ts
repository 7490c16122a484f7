import { z } from 'zod';
import { defineAction } from '../core/action.ts';
import { pageInput, pageOf, readCursor, toPage } from '../core/page.ts';
import { listOf, text } from '../core/text.ts';
import type { Ctx } from '../store/index.ts';
import { selectRuns } from './queries-list.ts';
import { runSources, runStatuses, runView, toRunView } from './view.ts';

/** Runs of profiles and of what outside programs registered, newest first. */
export const listRuns = defineAction({
  name: 'runs.list',
  summary: 'List runs, newest first; those of tasks are shown with their profile',
  input: z.strictObject({
    status: listOf(z.enum(runStatuses)).optional(),
    profile: text(200).optional(),
    source: z.enum(runSources).optional(),
    repo: text(200).optional(),
    ...pageInput,
  }),
  output: pageOf(runView),
  entitlement: 'tools.jobs.read',
  http: { method: 'GET', path: '/v1/runs' },
  cli: { command: 'runs list' },
  async run(ctx: Ctx, { cursor, limit, ...filters }) {
    const rows = await selectRuns(ctx, filters, { belowId: readCursor(cursor), limit: limit + 1 });
    return toPage(rows, limit, (row) => row.run_id, toRunView);
  },
});
