import { z } from 'zod';
import { guardSchema } from './checks.ts';
import { notifySchema } from './climb.ts';
import { componentSchema } from './components.ts';
import { byteSize, duration, httpUrl, kind, section, text, timerDuration } from './fields.ts';
import { inhibitionSchema } from './inhibitions.ts';
import { metricsSchema } from './metrics.ts';
import { channelsSchema, routeSchema } from './notify.ts';
import { onCallSchema } from './oncall.ts';
import { serverSchema } from './server.ts';
import { maintenanceSchema, silenceSchema } from './silences.ts';
import { webhooksSchema } from './webhooks.ts';

// Shorter than this a typing error (`90m` for `90d`) would delete what nobody meant to lose.
const shortestRetentionMs = 3_600_000;

// Less is a typing error too, and would keep no run's output.
const smallestArtifactsBytes = 2 ** 20;

const retentionSchema = section({
  alerts: duration({ minMs: shortestRetentionMs }).prefault('90d'),
  runs: duration({ minMs: shortestRetentionMs }).prefault('90d'),
  notifications: duration({ minMs: shortestRetentionMs }).prefault('30d'),
  artifacts: section({
    age: duration({ minMs: shortestRetentionMs }).prefault('30d').describe('How old a folder of a run gets.'),
    size: byteSize(smallestArtifactsBytes)
      .prefault('5GiB')
      .describe('How much they take together; the oldest go first, those of failed runs last.'),
  })
    .transform(({ age, size }) => ({ ageMs: age, sizeBytes: size }))
    .prefault({})
    .describe('What runs leave on the disk of their machine.'),
}).transform((raw) => ({
  alertsMs: raw.alerts,
  runsMs: raw.runs,
  notificationsMs: raw.notifications,
  artifacts: raw.artifacts,
}));

const watchdogSchema = section({
  url: httpUrl.describe('Asked by GET at each ping.'),
  interval: timerDuration(10_000).prefault('1m').describe('How often it is pinged.'),
}).transform(({ url, interval }) => ({ url, intervalMs: interval }));

/** The whole of tocsin.yaml; every key is optional. */
export const tocsinSchema = section({
  server: serverSchema.prefault({}).describe('The HTTP server.'),
  components: z
    .array(componentSchema)
    .default([])
    .describe('The parts of your system that people care about.'),
  guard: guardSchema
    .optional()
    .describe('A target that says whether Tocsin itself is online: while it is down, failures are unknown.'),
  sources: z
    .record(text, timerDuration(1000))
    .default({})
    .describe('Expected senders, and how often each is heard.'),
  channels: channelsSchema.default({}).describe('Where messages can go.'),
  routes: z.array(routeSchema).default([]).describe('Which alerts go where; the first match wins.'),
  webhooks: webhooksSchema.default({}).describe('What other systems may send, and how it becomes alerts.'),
  kinds: z.array(kind).default([]).describe('Kinds of alerts beyond the built-in ones.'),
  metrics: metricsSchema.default({}).describe('Numbers of runs beyond the known ones, by name.'),
  retention: retentionSchema.prefault({}).describe('How long things are kept.'),
  notify: notifySchema
    .prefault({})
    .describe('How messages go out, and who hears of what nobody acknowledges.'),
  oncall: onCallSchema.prefault({}).describe('Who is on call when, by the name of the schedule.'),
  watchdog: watchdogSchema
    .optional()
    .describe('An address that is pinged while all goes on, so that somebody else tells when it does not.'),
  silences: z.array(silenceSchema).default([]).describe('Alerts that nobody is told of.'),
  maintenance: z
    .array(maintenanceSchema)
    .default([])
    .describe('Planned times at which nobody is told of what they cover.'),
  inhibitions: z
    .array(inhibitionSchema)
    .default([])
    .describe('Alerts that nobody is told of while another one says it all.'),
});

export type TocsinFile = z.output<typeof tocsinSchema>;
