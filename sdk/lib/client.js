// @ts-check
/** @import { Client, ClientOptions, MetricOptions, TocsinError as Problem } from '../index.d.ts' */
/** @import { Settings } from './settings.js' */
/** @import { World } from './world.js' */
/** @import { Item } from './queue.js' */
import { createAsk } from './ask.js';
import { Courier } from './courier.js';
import { judgeAlerts, judgeMetrics } from './decide.js';
import { describe, TocsinError } from './error.js';
import { readOption, readSettings, readTimeout } from './settings.js';
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
 * @param {ClientOptions | null} options
 * @param {World} world
 * @returns {Client}
 */
export function connect(options, world) {
  const settings = readSettings(options, world.env);
  const ask = createAsk(world, settings);
  const tell = createTell(readOption(options, 'onProblem'), world);
  const deps = { world, settings, ask, tell };
  const alerts = new Courier(deps, alertFreight);
  const metrics = new Courier(deps, metricFreight);
  const stats = () => ({ alerts: alerts.counts(), metrics: metrics.counts() });
  /** @type {ReturnType<Client['close']> | null} */
  let closed = null;

  return {
    sendAlert: (alert) => give(alerts, settings, () => writeAlert(alert)),
    recordMetric: (name, value, given) =>
      give(metrics, settings, () => writeMetric({ name, value, given, settings, nowMs: world.clock.now() })),
    state: createState(deps),
    async flush(given) {
      const ms = readTimeout(given, flushMs);
      await Promise.all([alerts.flush(ms), metrics.flush(ms)]);
      return stats();
    },
    close(given) {
      const ms = readTimeout(given, closeMs);
      closed ??= Promise.all([alerts.close(ms), metrics.close(ms)]).then(stats);
      return closed;
    },
    stats,
  };
}

/** @typedef {{ text: string, group: string }} Written */

/**
 * Hands to the courier what can be written, and counts what cannot.
 * @param {Courier} courier
 * @param {Settings} settings
 * @param {() => Written | TocsinError} write
 */
function give(courier, { trouble }, write) {
  try {
    const written = trouble ?? write();
    if (written instanceof TocsinError) courier.drop(written);
    else courier.add(written);
  } catch (error) {
    // Whatever it is, it came from what the caller gave.
    courier.drop(new TocsinError('DROPPED', describe(error)));
  }
}

/**
 * @param {unknown} alert
 * @returns {Written}
 */
function writeAlert(alert) {
  const text = JSON.stringify(alert);
  if (text?.[0] === '{') return { text, group: '' };
  throw new Error('an alert is an object, as { service: "edge", title: "disk full" }');
}

/**
 * @param {{ name: string, value: number, given: MetricOptions | null | undefined, settings: Settings, nowMs: number }} of
 * @returns {Written | TocsinError}
 */
function writeMetric({ name, value, given, settings, nowMs }) {
  const { runId, recordedAt } = given ?? {};
  const group = runId ?? settings.runId;
  if (group === '') return new TocsinError('NOT_CONFIGURED', 'TOCSIN_RUN_ID is not set: of which run?');
  if (typeof group !== 'string' || typeof name !== 'string')
    throw new Error('the name of a metric and the id of its run are text');
  if (!Number.isFinite(value)) throw new Error(`${name}: ${describe(value)} is no number`);
  const recorded_at = (recordedAt ?? new Date(nowMs)).toISOString();
  return { text: JSON.stringify({ name, value, recorded_at }), group };
}

/** What one line may hold of what a server says. */
const longestLine = 1000;

/**
 * Answers what tells of a problem, and never throws: the listener may, at once or by a promise that it answers.
 * @param {ClientOptions['onProblem']} onProblem
 * @param {World} world
 */
function createTell(onProblem, world) {
  const tell = async (/** @type {TocsinError} */ error) => {
    try {
      if (typeof onProblem === 'function') await onProblem(/** @type {Problem} */ (error));
      else world.say(`tocsin: ${error.message.replaceAll(/[\s\p{Cc}]+/gu, ' ').slice(0, longestLine)}`);
    } catch {
      // Whoever listens is the caller's own, and nothing here may harm the caller.
    }
  };
  return (/** @type {TocsinError} */ error) => void tell(error);
}
