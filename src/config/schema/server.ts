import { z } from 'zod';
import { roleNames } from '../../core/role-names.ts';
import { httpUrl, section, timerDuration, wholeNumber } from './fields.ts';

export const listenExpected = 'an address such as 127.0.0.1:8923 or [::1]:8923';

/** Answers host and port of `host:port` (IPv6 in brackets; port 0 takes any free one), or null. */
export function parseListen(text: string): { host: string; port: number } | null {
  const [, bracketed, plain, portText] =
    /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:[\]/]+)):(\d{1,5})$/.exec(text.trim()) ?? [];
  const host = bracketed ?? plain;
  const port = Number(portText);
  return host !== undefined && port <= 65_535 ? { host, port } : null;
}

/** Answers an address as the file has it. */
export function listenText({ host, port }: { host: string; port: number }): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

const listen = z.string().transform((text, ctx) => {
  const address = parseListen(text);
  if (address) return address;
  ctx.addIssue({ code: 'custom', message: listenExpected });
  return z.NEVER;
});

/** The `server:` section. */
export const serverSchema = section({
  listen: listen.prefault('127.0.0.1:8923').describe('Address of the HTTP server.'),
  public_url: httpUrl
    .optional()
    .describe('Address that links in messages point to; default: the one listened on.'),
  metrics_listen: listen
    .optional()
    .describe(
      'Address of a second, small server for health and metrics, in a process of any role; default: none.',
    ),
  public_rate_limit: wholeNumber.min(1).default(300).describe('Requests a minute and IP on public pages.'),
  public_metrics: z.boolean().default(false).describe('Whether /metrics is open without a token.'),
  loopback_role: z
    .enum(['off', ...roleNames])
    .default('off')
    .describe('Role of callers on this host that come without a proxy.'),
  shutdown_timeout: timerDuration(0).prefault('15s').describe('How long a graceful stop may take.'),
})
  .superRefine(({ listen: { host, port }, metrics_listen }, ctx) => {
    if (port !== 0 && metrics_listen?.port === port && metrics_listen.host === host)
      ctx.addIssue({
        code: 'custom',
        path: ['metrics_listen'],
        message: 'another address than server.listen',
      });
  })
  .transform((raw) => ({
    ...raw.listen,
    metricsListen: raw.metrics_listen ?? null,
    publicUrl: raw.public_url?.replace(/\/+$/, '') ?? null,
    publicRateLimitPerMinute: raw.public_rate_limit,
    publicMetrics: raw.public_metrics,
    loopbackRole: raw.loopback_role === 'off' ? null : raw.loopback_role,
    shutdownTimeoutMs: raw.shutdown_timeout,
  }));
