import { z } from 'zod';
import {
  configuredSilences,
  endSilence,
  type Silence,
  selectSilence,
  selectSilences,
  silenceStates,
  silenceView,
  toSilence,
  toSilenceView,
} from '../alerts/index.ts';
import { defineAction } from '../core/action.ts';
import { AppError } from '../core/errors.ts';
import { pageInput, pageOf, readCursor, toPage } from '../core/page.ts';
import { text } from '../core/text.ts';
import type { FlowCtx } from './context.ts';

const idInput = z.strictObject({ id: text(200, 1) });

/** Silences and maintenances, those of the configuration among them, newest first. */
export const listSilences = defineAction({
  name: 'silences.list',
  summary: 'List silences and maintenance, newest first',
  input: z.strictObject({ state: z.enum(silenceStates).optional(), ...pageInput }),
  output: pageOf(silenceView),
  entitlement: 'tools.alerts.read',
  http: { method: 'GET', path: '/v1/silences' },
  cli: { command: 'silences list' },
  async run(ctx: FlowCtx, input) {
    const nowMs = ctx.clock.now();
    const afterId = readCursor(input.cursor);
    const page = { afterId, limit: input.limit + 1 };
    const asked = (await selectSilences(ctx, { state: input.state ?? null, nowMs }, page)).map(toSilence);
    const configured = configuredSilences(ctx.config).filter(({ id }) => afterId === null || id < afterId);
    const views = [...asked, ...configured]
      .map((silence) => toSilenceView(silence, nowMs))
      .filter(({ state }) => input.state === undefined || state === input.state)
      .sort((a, b) => (a.id > b.id ? -1 : 1));
    return toPage(
      views,
      input.limit,
      ({ id }) => id,
      (view) => view,
    );
  },
});

/** One silence or maintenance. */
export const getSilence = defineAction({
  name: 'silences.get',
  summary: 'Show one silence or maintenance',
  input: idInput,
  output: silenceView,
  entitlement: 'tools.alerts.read',
  http: { method: 'GET', path: '/v1/silences/:id' },
  cli: { command: 'silences show', args: ['id'] },
  run: async (ctx: FlowCtx, { id }) => toSilenceView(await requireSilence(ctx, id), ctx.clock.now()),
});

/** Ends a silence before its time; one that is over stays as it is. */
export const expireSilence = defineAction({
  name: 'silences.expire',
  summary: 'End a silence now; what it held and still fires is told of',
  input: idInput,
  output: silenceView,
  entitlement: 'tools.alerts.silence',
  http: { method: 'DELETE', path: '/v1/silences/:id' },
  cli: { command: 'silences expire', args: ['id'] },
  async run(ctx: FlowCtx, { id }) {
    const { origin, kind } = await requireSilence(ctx, id);
    if (origin === 'file') {
      const key = kind === 'maintenance' ? 'maintenance:' : 'silences:';
      throw new AppError('CONFLICT', `${id} stands in tocsin.yaml: take it out under "${key}" there`, {
        details: { reason: 'configured_silence' },
      });
    }
    await endSilence(ctx, id, ctx.clock.now());
    return toSilenceView(await requireSilence(ctx, id), ctx.clock.now());
  },
});

async function requireSilence(ctx: FlowCtx, id: string): Promise<Silence> {
  const configured = configuredSilences(ctx.config).find((silence) => silence.id === id);
  if (configured) return configured;
  const row = await selectSilence(ctx, id);
  if (!row) throw new AppError('NOT_FOUND', `there is no silence ${id}`);
  return toSilence(row);
}
