import { toIso } from '../core/clock.ts';
import type { AlertReport } from '../core/hand-over.ts';
import type { Severity } from '../core/severity.ts';
import type { CheckRecord, Verdict } from './types.ts';

type Component = { id: string; name: string };

/** Answers the report that fires the component's one alert, or repeats it. */
export function reportFailure(
  component: Component,
  verdict: Verdict,
  severity: Severity,
  dependants: number,
): AlertReport {
  const lines = [
    verdict.check ? describeFailure(verdict.check) : `It is ${verdict.status}.`,
    ...(verdict.check ? [describeLastGood(verdict.check)] : []),
    ...(dependants > 0 ? [`${dependants} ${dependants === 1 ? 'dependant' : 'dependants'} affected.`] : []),
  ];
  return {
    ...reportOf(component, severity),
    title: `${component.name} is ${verdict.status}`,
    message: lines.join('\n'),
    status: 'firing',
  };
}

/** Answers the report that ends the component's alert, with the reason that its history shows. */
export function reportRecovery(component: Component, reason: string): AlertReport {
  return {
    ...reportOf(component, 'INFO'),
    title: `${component.name} is ok`,
    message: reason,
    status: 'resolved',
  };
}

/** Whatever the result, it is the same problem: one alert a component, until it heals. */
function reportOf({ id }: Component, severity: Severity): Omit<AlertReport, 'title' | 'message' | 'status'> {
  return {
    service: id,
    env: 'prod',
    kind: 'availability',
    severity,
    source: 'tocsin@checks',
    startedAt: null,
    endsAt: null,
    labels: { component: id },
    annotations: {},
    metrics: {},
    evidence: null,
    fingerprint: `health:${id}`,
    dedupeTtlMs: null,
  };
}

function describeFailure({ check, detail, reason, consecutiveFailures }: CheckRecord): string {
  const times = consecutiveFailures > 1 ? `, ${consecutiveFailures} times in a row` : '';
  return `Check ${check}: ${detail ?? 'it failed'} (${reason ?? 'failed'}${times}).`;
}

function describeLastGood({ lastGood }: CheckRecord): string {
  if (!lastGood) return 'It has never been ok since Tocsin knows it.';
  return `Last good: ${toIso(lastGood.at)}, in ${lastGood.latencyMs} ms.`;
}
