import { z } from 'zod';
import { createTokenAction, listTokensAction, revokeTokenAction } from '../src/access/index.ts';
import { type Action, answer, defineAction } from '../src/core/action.ts';
import { AppError } from '../src/core/errors.ts';
import type { FlowCtx } from '../src/flows/context.ts';

const echo = defineAction({
  name: 'echo.post',
  summary: 'Say it again',
  input: z.strictObject({ id: z.string(), text: z.string().max(2000), count: z.coerce.number().optional() }),
  output: z.object({ id: z.string(), text: z.string() }),
  entitlement: 'tools.alerts.ingest',
  http: { method: 'POST', path: '/v1/echo/:id' },
  run: async (_ctx: FlowCtx, input) => input,
});

const find = defineAction({
  name: 'echo.find',
  summary: 'Say what was asked',
  input: z.strictObject({
    severity: z.union([z.string(), z.array(z.string())]).optional(),
    limit: z.coerce.number().int().min(1).max(500).default(50),
  }),
  output: z.looseObject({}),
  entitlement: 'tools.alerts.read',
  http: { method: 'GET', path: '/v1/echo' },
  run: async (_ctx: FlowCtx, input) => input,
});

const fail = defineAction({
  name: 'echo.fail',
  summary: 'Fail as told',
  input: z.strictObject({ how: z.enum(['sql', 'lost', 'conflict', 'mixed', 'refused']) }),
  output: z.object({}),
  entitlement: 'tools.alerts.read',
  http: { method: 'POST', path: '/v1/fail' },
  async run(_ctx: FlowCtx, { how }) {
    if (how === 'mixed') return answer(207, [{ accepted: true }, { accepted: false }]);
    if (how === 'refused') return answer(400, { accepted: false }, new AppError('VALIDATION_ERROR', 'no'));
    if (how === 'conflict') throw new AppError('CONFLICT', 'taken', { details: { by: 'x' } });
    const code = how === 'lost' ? 'ECONNREFUSED' : '42P01';
    throw Object.assign(new Error('select secret from "alert" at /srv/x.ts'), { code });
  },
});

/** Actions that say what they were asked, and fail as told; and those of the tokens. */
export const echoActions = [
  echo,
  find,
  fail,
  createTokenAction,
  listTokensAction,
  revokeTokenAction,
] as unknown as readonly Action<FlowCtx>[];
