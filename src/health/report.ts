import { toIso } from '../core/clock.ts';
import { checksSource } from '../core/components.ts';
import type { AlertReport } from '../core/hand-over.ts';
import { countBad } from '../core/recent-results.ts';
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
    ...describeDependants(dependants),
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

/** Why the alert of one or of several is over. */
export const recovered = 'its checks are ok again';

/** Answers by a verdict why a component's alert is over; the detail of what is not asked names what is missing. */
export function describeEnd({ status, check }: Verdict): string {
  return status === 'ok' ? recovered : `not asked any more: ${check?.detail ?? 'not configured'}`;
}

/** Whatever the result, it is the same problem: one alert a component, until it heals. */
function reportOf({ id }: Component, severity: Severity): Omit<AlertReport, 'title' | 'message' | 'status'> {
  return { ...reportBase(id, severity), labels: { component: id }, fingerprint: `health:${id}` };
}

/** Answers what all that checks report has in common. */
export function reportBase(service: string, severity: Severity) {
  return {
    service,
    env: 'prod',
    kind: 'availability',
    severity,
    source: checksSource,
    startedAt: null,
    endsAt: null,
    annotations: {},
    metrics: {},
    evidence: null,
    dedupeTtlMs: null,
  };
}

/** Answers how many need what fails, where any do. */
export function describeDependants(count: number): string[] {
  return count > 0 ? [`${count} ${count === 1 ? 'dependant' : 'dependants'} affected.`] : [];
}

/** Answers what a failing check said, in a sentence. */
export function describeFailure(record: CheckRecord): string {
  const { check, detail, reason } = record;
  return `Check ${check}: ${detail ?? 'it failed'} (${reason ?? 'failed'}${describeTimes(record)}).`;
}

function describeTimes({ consecutiveFailures, recent }: CheckRecord): string {
  const bad = countBad(recent, 'degraded');
  if (bad > consecutiveFailures) return `, ${bad} of the last ${recent.length} times`;
  return consecutiveFailures > 1 ? `, ${consecutiveFailures} times in a row` : '';
}

function describeLastGood({ lastGood }: CheckRecord): string {
  if (!lastGood) return 'It has never been ok since Tocsin knows it.';
  return `Last good: ${toIso(lastGood.at)}, in ${lastGood.latencyMs} ms.`;
}
