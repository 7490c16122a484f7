import { z } from 'zod';
import { defineAction } from '../core/action.ts';
import { toIso } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import { text } from '../core/text.ts';
import { type Ctx, inTransaction } from '../store/index.ts';
import { clearTriageTimes, countSignatureSince, selectSignatureStates } from './queries-signature.ts';

const hourMs = 3_600_000;
const signatureField = text(200, 1);

/** What is kept of a signature, one entry an env. */
export const showSignature = defineAction({
  name: 'signatures.show',
  summary:
    'Show when a signature was last alerted and triaged, and how many reports and triages it had lately',
  input: z.strictObject({ signature: signatureField }),
  output: z.object({
    signature: z.string(),
    envs: z.array(
      z.object({
        env: z.string(),
        last_alert_at: z.string(),
        last_triage_at: z.string().nullable(),
        occurrences_60m: z.number(),
        triage_count_24h: z.number(),
      }),
    ),
  }),
  entitlement: 'tools.oncall.read',
  http: { method: 'GET', path: '/v1/signatures/:signature' },
  cli: { command: 'signatures show', args: ['signature'] },
  async run(ctx: Ctx, { signature }) {
    const nowMs = ctx.clock.now();
    const [states, hour, day] = await Promise.all([
      selectSignatureStates(ctx, signature),
      countSignatureSince(ctx, signature, nowMs - hourMs),
      countSignatureSince(ctx, signature, nowMs - 24 * hourMs),
    ]);
    if (states.length === 0)
      throw new AppError('NOT_FOUND', `nothing is known of the signature ${signature}`);
    const envs = states.map((state) => ({
      env: state.env,
      last_alert_at: toIso(state.last_alert_at),
      last_triage_at: toIso(state.last_triage_at),
      occurrences_60m: hour.find(({ env }) => env === state.env)?.occurrences ?? 0,
      triage_count_24h: day.find(({ env }) => env === state.env)?.triages ?? 0,
    }));
    return { signature, envs };
  },
});

/** Ends the cooldown of a signature. */
export const resetSignature = defineAction({
  name: 'signatures.reset',
  summary: 'End the triage cooldown of a signature, so that its next alert is triaged',
  input: z.strictObject({ signature: signatureField, env: text(100, 1).optional() }),
  output: z.object({ signature: z.string(), envs: z.array(z.string()) }),
  entitlement: 'tools.oncall.incident_write',
  http: { method: 'POST', path: '/v1/signatures/:signature/reset' },
  cli: { command: 'signatures reset', args: ['signature'] },
  run: (ctx: Ctx, { signature, env }) =>
    inTransaction(ctx, async (ctx) => {
      const envs = await clearTriageTimes(ctx, signature, env);
      if (envs.length === 0)
        throw new AppError('NOT_FOUND', `nothing is known of the signature ${signature}`);
      return { signature, envs };
    }),
});
