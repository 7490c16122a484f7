import { createHmac } from 'node:crypto';

/**
 * Answers the headers that prove where a body comes from: `X-Hub-Signature-256` over the exact bytes, as GitHub sends
 * it, and those of Standard Webhooks (standardwebhooks.com), whose secrets are base64 behind `whsec_`.
 */
export function signWebhook(
  id: string,
  sentAt: number,
  body: string,
  secret: string | null,
): Record<string, string> {
  const timestamp = String(Math.floor(sentAt / 1000));
  const headers = { 'webhook-id': id, 'webhook-timestamp': timestamp };
  if (secret === null) return headers;
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : secret;
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return {
    ...headers,
    'webhook-signature': `v1,${signature}`,
    'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
  };
}
