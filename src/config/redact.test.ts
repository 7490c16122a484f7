import { expect, it } from 'vitest';
import { redactText } from './redact.ts';

it.each([
  'tokens: 403',
  'total_tokens=12345678',
  '{"max_tokens": 4096, "prompt_tokens":"12"}',
  'tokensUsed: 12, TOKENS_LEFT=7',
  'tokens: 1.5k (secrets: 3)',
  'tokens: 403/1000',
  'token_count=12; tokenLimit: 5000; token_ttl: 3600; token_expires_in: 900',
  'api_keys: 2',
  'cannot fetch a token: 403',
  'api key and api-key: 401.',
])('what counts secrets is none: %s', (plain) => {
  expect(redactText(plain)).toBe(plain);
});

it.each([
  ['tokens: abc', 'tokens: [redacted]'],
  ['tokens: 12ab34', 'tokens: [redacted]'],
  ['tokens=1234567890', 'tokens=[redacted]'],
  ['token: 123456', 'token: [redacted]'],
  ['token: "40 3"', 'token: [redacted]'],
  ['secret: 12', 'secret: [redacted]'],
  ['tokenSecret: 12', 'tokenSecret: [redacted]'],
  ['token_secret_ttl: 12', 'token_secret_ttl: [redacted]'],
  ['tokens_password: 12', 'tokens_password: [redacted]'],
  ['token_id: 12', 'token_id: [redacted]'],
  ['api_key_1=12', 'api_key_1=[redacted]'],
  ['password: 123', 'password: [redacted]'],
  ['passwords: 4', 'passwords: [redacted]'],
  ['passwd_count: 4', 'passwd_count: [redacted]'],
])('what may be a secret is hidden: %s', (plain, shown) => {
  expect(redactText(plain)).toBe(shown);
});

it.each([
  ['to https://hooks.slack.com/services/T0/B0/abc failed', 'to https://hooks.slack.com/[redacted] failed'],
  ['https://discord.com/api/webhooks/123/abc?wait=true', 'https://discord.com/api/webhooks/[redacted]'],
  ['"https://shop.webhook.office.com/webhookb2/a@b"', '"https://shop.webhook.office.com/[redacted]"'],
  ['https://docs.example.org/hooks/use', 'https://docs.example.org/hooks/use'],
  ['https://docs.slack.com/webhooks/abc', 'https://docs.slack.com/webhooks/abc'],
  ['https://hooks.slack.com:443/services/T0/B0/abc', 'https://hooks.slack.com:443/[redacted]'],
  ['HTTPS://me:pw@Hooks.Slack.COM/services/T0/B0/abc', 'HTTPS://me:[redacted]@Hooks.Slack.COM/[redacted]'],
  ['https://me@hooks.slack.com:8443/workflows/T0', 'https://[redacted]@hooks.slack.com:8443/[redacted]'],
  ['hooks.slack.com./triggers/abc', 'hooks.slack.com./[redacted]'],
  ['POST hooks.slack.com/services/T0/B0/abc: 404', 'POST hooks.slack.com/[redacted] 404'],
  ['https:\\/\\/hooks.slack.com\\/services\\/T0', 'https:\\/\\/hooks.slack.com\\/[redacted]'],
  ['u=https%3A%2F%2Fhooks.slack.com%2Fservices%2FT0', 'u=https%3A%2F%2Fhooks.slack.com%2F[redacted]'],
  [
    'https://x@discord.com:443/api/v10/webhooks/1/a',
    'https://[redacted]@discord.com:443/api/v10/webhooks/[redacted]',
  ],
  ['https://ptb.discordapp.com/api/webhooks/1/a', 'https://ptb.discordapp.com/api/webhooks/[redacted]'],
  ['https://a.webhook.office.com:443/webhookb2/x', 'https://a.webhook.office.com:443/[redacted]'],
  [
    'https://p.logic.azure.com/workflows/1?sp=%2Fa&sig=abc',
    'https://p.logic.azure.com/workflows/1?sp=%2Fa&sig=[redacted]',
  ],
  ['https://chat.example.org/hooks/abcdefghijklmnopqrstuvwxyz', 'https://chat.example.org/hooks/[redacted]'],
  [
    'https://events.pagerduty.com/integration/abc/enqueue',
    'https://events.pagerduty.com/integration/[redacted]',
  ],
  [
    'https://api.telegram.org/BOT123456789%3AABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefgh/getMe',
    'https://api.telegram.org/BOT[redacted]/getMe',
  ],
  ['at https://a.example/?Access_Token=abc&x=1', 'at https://a.example/?Access_Token=[redacted]&x=1'],
  ['next=https%3A%2F%2Fa.example%2F%3Ftoken%3Dabc', 'next=https%3A%2F%2Fa.example%2F%3Ftoken%3D[redacted]'],
  ['{"body":"{\\"token\\":\\"abc\\",\\"n\\":1}"}', '{"body":"{\\"token\\":[redacted],\\"n\\":1}"}'],
])('an address that whoever knows it may post to is hidden, and no other: %s', (plain, shown) => {
  expect(redactText(plain)).toBe(shown);
});
