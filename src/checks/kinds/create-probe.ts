import type { CheckConfig } from '../../config/types.ts';
import type { SubjectName } from '../../core/condition.ts';
import type { Probe } from '../types.ts';
import { createCommandProbe } from './command.ts';
import { createHttpProbe } from './http.ts';
import { createPresetProbe } from './preset.ts';
import { createTcpProbe } from './tcp.ts';

/** Answers the probe of a check's kind; `subjects` are those that its conditions ask about. */
export function createProbe(check: CheckConfig, subjects: ReadonlySet<SubjectName>): Probe {
  switch (check.kind) {
    case 'http':
      return createHttpProbe(check, subjects);
    case 'tcp':
      return createTcpProbe(check);
    case 'command':
      return createCommandProbe(check);
    default:
      return createPresetProbe(check, subjects);
  }
}
