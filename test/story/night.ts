import type { AlertReport } from '../../src/core/hand-over.ts';
import { createRandom, type Random } from '../../torture/random.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** How long the night lasts. */
export const nightMs = 6 * hourMs;
export const reportsOfNight = 10_000;
export const deadMonitor = 'monitor@node7';
export const changedService = 'service-11';
export const worstService = 'service-01';
/** In work from the fourth hour to the fifth. */
export const servicesInWork = ['service-15', 'service-16', 'service-17'];
export const workFrom = 4 * hourMs;
export const workUntil = 5 * hourMs;
export const deployAt = 3 * hourMs;
/** When one of the supervisors dies, in the middle of its work. */
export const deathAt = 3 * hourMs + 10 * minuteMs;

/** A report, and when it comes, from the beginning of the night on. */
export type Timed = { atMs: number; report: Partial<AlertReport> };

type Firing = Partial<AlertReport> & { service: string; title: string };

const end = (report: Firing): Partial<AlertReport> => ({ ...report, status: 'resolved' });

/** One outage for four hours, heard from five sources. */
function outage(): Timed[] {
  const report: Firing = { service: worstService, title: 'checkout is down', severity: 'P1' };
  const repeats = Array.from({ length: 1000 }, (_, i) => ({
    atMs: hourMs + i * 14_400,
    report: { ...report, source: `monitor@node${i % 5}` },
  }));
  return [...repeats, { atMs: 5 * hourMs + minuteMs, report: end(report) }];
}

/** Fires and heals every two minutes for an hour. */
function flaps(): Timed[] {
  const report: Firing = { service: 'service-03', title: 'cart does not answer', severity: 'P1' };
  return Array.from({ length: 30 }, (_, i) => [
    { atMs: 30 * minuteMs + i * 2 * minuteMs, report },
    { atMs: 31 * minuteMs + i * 2 * minuteMs, report: end(report) },
  ]).flat();
}

/** 600 different failures of one service within a minute; half an hour later all are over. */
function storm(): Timed[] {
  return Array.from({ length: 600 }, (_, i): Timed[] => {
    const fingerprint = `shard ${i}`;
    const report: Firing = {
      service: 'service-07',
      title: `shard ${i} is lost`,
      severity: 'P1',
      fingerprint,
    };
    return [
      { atMs: 2 * hourMs + i * 100, report },
      { atMs: 2 * hourMs + 30 * minuteMs + i * 100, report: end(report) },
    ];
  }).flat();
}

/** A monitor that is heard every minute, but for an hour. */
function monitor(): Timed[] {
  const report: Firing = {
    service: 'service-20',
    title: 'the disk fills',
    severity: 'P3',
    source: deadMonitor,
  };
  const isHeard = (atMs: number) => atMs < 1.5 * hourMs || atMs >= 2.5 * hourMs;
  return Array.from({ length: nightMs / minuteMs }, (_, i) => ({ atMs: i * minuteMs, report })).filter(
    ({ atMs }) => isHeard(atMs),
  );
}

/** What a deployment breaks, until it is taken back. */
function broken(): Timed[] {
  const report: Firing = {
    service: changedService,
    title: 'the new version crashes',
    kind: 'crashloop',
    severity: 'P0',
  };
  const repeats = Array.from({ length: 40 }, (_, i) => ({
    atMs: deployAt + 2 * minuteMs + i * 30_000,
    report,
  }));
  return [...repeats, { atMs: deployAt + 23 * minuteMs, report: end(report) }];
}

/** Five services fail just when a supervisor dies that has taken them up. */
function untimely(): Timed[] {
  return ['service-05', 'service-06', 'service-08', 'service-09', 'service-10'].flatMap(
    (service): Timed[] => {
      const report: Firing = { service, title: `${service} has lost its queue`, severity: 'P1' };
      return [
        { atMs: deathAt, report },
        { atMs: deathAt + 40 * minuteMs, report: end(report) },
      ];
    },
  );
}

/** Services in planned work: two fail and heal within it, the third still fails when it is over. */
function work(): Timed[] {
  return servicesInWork.flatMap((service, i): Timed[] => {
    const report: Firing = { service, title: `${service} is away`, severity: 'P1' };
    const repeats = Array.from({ length: 20 }, (_, n) => ({
      atMs: workFrom + 5 * minuteMs + n * minuteMs,
      report: { ...report, dedupeTtlMs: null },
    }));
    const endMs = i === 2 ? workUntil + 20 * minuteMs : workFrom + 40 * minuteMs;
    return [...repeats, { atMs: endMs, report: end(report) }];
  });
}

/** Services that fail once, and come back half an hour later. */
function hiccups(): Timed[] {
  const names = ['02', '04', '12', '13', '14', '18', '19'];
  return names.flatMap((name, i): Timed[] => {
    const report: Firing = { service: `service-${name}`, title: 'a backup is late', severity: 'P2' };
    const atMs = (i + 1) * 40 * minuteMs;
    return [
      { atMs, report },
      { atMs: atMs + 30 * minuteMs, report: end(report) },
    ];
  });
}

const kinds = ['latency', 'error_rate', 'custom', 'disk'] as const;
const severities = ['P2', 'P3', 'P3', 'INFO'] as const;

/** What always comes: slow answers and errors of all services, most of them again and again. */
function noise(random: Random, count: number): Timed[] {
  return Array.from({ length: count }, (): Timed => {
    const service = `service-${String(random.between(21, 40)).padStart(2, '0')}`;
    const part = random.between(1, 6);
    const report: Firing = {
      service,
      title: `part ${'abcdef'.charAt(part - 1)} of ${service} is slow`,
      kind: kinds[part % kinds.length] ?? 'custom',
      severity: severities[part % severities.length] ?? 'P3',
      env: random.isLucky(0.3) ? 'staging' : 'prod',
    };
    const atMs = random.between(0, nightMs - 1);
    return { atMs, report: random.isLucky(0.2) ? end(report) : report };
  });
}

/** Answers all reports of the night, in the order of their times. */
export function tellNight(seed: number): Timed[] {
  const told = [outage, flaps, storm, monitor, broken, untimely, work, hiccups].flatMap((tell) => tell());
  const rest = noise(createRandom(seed, 'noise'), reportsOfNight - told.length);
  return [...told, ...rest].sort((a, b) => a.atMs - b.atMs);
}
