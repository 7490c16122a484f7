// @ts-check
/** @import { Client, ClientOptions, TocsinError as Problem } from '../index.d.ts' */
/** @import { World } from './world.js' */
/** @import { Item } from './queue.js' */
import { createAsk } from './ask.js';
import { Courier } from './courier.js';
import { judgeAlerts, judgeMetrics } from './decide.js';
import { describe, TocsinError } from './error.js';
import { readSettings, readTimeout } from './settings.js';
import { createState } from './state.js';

const flushMs = 10_000;
const closeMs = 2000;

const alertFreight = {
  noun: 'alert',
  path: '/v1/alerts',
  write: (/** @type {readonly Item[]} */ items) => `[${items.map(({ text }) => text).join(',')}]`,
  judge: judgeAlerts,
};

const metricFreight = {
  noun: 'metric',
  path: '/api/metrics/record',
  write: (/** @type {readonly Item[]} */ items, /** @type {string} */ batchId) => {
    const names = JSON.stringify({ run_id: items[0]?.group, batch_id: batchId }).slice(0, -1);
    return `${names},"metrics":[${items.map(({ text }) => text).join(',')}]}`;
  },
  judge: judgeMetrics,
};

/**
 * Answers a client in this world.
 * @param {ClientOptions} options
 * @param {World} world
 * @returns {Client}
 */
export function connect(options, world) {
  const settings = readSettings(options, world.env);
  const ask = createAsk(world, settings);
  const deps = { world, settings, ask, tell: createTell(options, world) };
  const alerts = new Courier(deps, alertFreight);
  const metrics = new Courier(deps, metricFreight);
  const stats = () => ({ alerts: alerts.counts(), metrics: metrics.counts() });
  /** @type {ReturnType<Client['close']> | null} */
  let closed = null;

  return {
    sendAlert: (alert) => give(alerts, settings.trouble, () => ({ text: writeAlert(alert), group: '' })),
    recordMetric: (name, value, { runId = settings.runId, recordedAt } = {}) =>
      give(metrics, settings.trouble, () => {
        if (runId === '') throw new TocsinError('NOT_CONFIGURED', 'TOCSIN_RUN_ID is not set: of which run?');
        if (!Number.isFinite(value)) throw new Error(`${name}: ${String(value)} is no number`);
        const recorded_at = (recordedAt ?? new Date(world.clock.now())).toISOString();
        return { text: JSON.stringify({ name, value, recorded_at }), group: runId };
      }),
    state: createState(deps),
    async flush({ timeoutMs } = {}) {
      const ms = readTimeout(timeoutMs, flushMs);
      await Promise.all([alerts.flush(ms), metrics.flush(ms)]);
      return stats();
    },
    close({ timeoutMs } = {}) {
      const ms = readTimeout(timeoutMs, closeMs);
      closed ??= Promise.all([alerts.close(ms), metrics.close(ms)]).then(stats);
      return closed;
    },
    stats,
  };
}

/**
 * Hands to the courier what can be written, and counts what cannot.
 * @param {Courier} courier
 * @param {TocsinError | null} trouble
 * @param {() => { text: string, group: string }} write
 */
function give(courier, trouble, write) {
  try {
    if (trouble) throw trouble;
    courier.add(write());
  } catch (error) {
    courier.drop(error instanceof TocsinError ? error : new TocsinError('DROPPED', describe(error)));
  }
}

/** @param {unknown} alert */
function writeAlert(alert) {
  const text = JSON.stringify(alert);
  if (text?.[0] === '{') return text;
  throw new Error('an alert is an object, as { service: "edge", title: "disk full" }');
}

/**
 * @param {ClientOptions} options
 * @param {World} world
 */
function createTell({ onProblem }, world) {
  return (/** @type {TocsinError} */ error) => {
    try {
      if (onProblem) onProblem(/** @type {Problem} */ (error));
      else world.say(`tocsin: ${error.message}`);
    } catch {
      // Whoever listens is the caller's own, and nothing here may harm the caller.
    }
  };
}
