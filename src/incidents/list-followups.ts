import { z } from 'zod';
import { defineAction } from '../core/action.ts';
import { pageInput, pageOf, readCursor, toPage } from '../core/page.ts';
import { text } from '../core/text.ts';
import type { Ctx } from '../store/index.ts';
import { followupStatuses, followupView, toFollowupView } from './followup-view.ts';
import { countFollowups, selectFollowups } from './queries-followup.ts';

/** What is left to do after all incidents. */
export const listFollowups = defineAction({
  name: 'incidents.followups',
  summary: 'Sum up the follow-ups of all incidents: how many are open and overdue, and which',
  input: z.strictObject({
    status: z.enum([...followupStatuses, 'overdue']).default('open'),
    owner: text(200, 1).optional(),
    ...pageInput,
  }),
  output: pageOf(followupView).extend({
    /** Of all incidents and owners. */
    open: z.number(),
    overdue: z.number(),
  }),
  entitlement: 'tools.oncall.read',
  http: { method: 'GET', path: '/v1/incidents/followups' },
  cli: { command: 'incidents followup list' },
  async run(ctx: Ctx, { status, owner, cursor, limit }) {
    const nowMs = ctx.clock.now();
    const filters = {
      status: status === 'overdue' ? ('open' as const) : status,
      owner,
      dueBefore: status === 'overdue' ? nowMs : null,
    };
    const page = { beforeId: readCursor(cursor), limit: limit + 1 };
    const [counts, rows] = await Promise.all([countFollowups(ctx), selectFollowups(ctx, filters, page)]);
    return {
      ...counts,
      ...toPage(
        rows,
        limit,
        (row) => row.followup_id,
        ({ number, ...row }) => toFollowupView(row, number, nowMs),
      ),
    };
  },
});
