import { expect, test } from 'vitest';
import { signWebhook } from './sign-webhook.ts';

test('a body signed with a secret of Standard Webhooks has the signature that its specification gives', () => {
  const body = '{"event_type":"ping","data":{"success":true}}';
  const secret = 'whsec_plJ3nmyCDGBKInavdOK15jsl';
  const headers = signWebhook('msg_loFOjxBNrRLzqYUf', 1_731_705_121_500, body, secret);
  expect(headers).toMatchObject({
    'webhook-id': 'msg_loFOjxBNrRLzqYUf',
    'webhook-timestamp': '1731705121',
    'webhook-signature': 'v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=',
  });
});

test('the hub signature is that of the example in GitHub’s documents', () => {
  const headers = signWebhook('id', 1500, 'Hello, World!', "It's a Secret to Everybody");
  expect(headers['x-hub-signature-256']).toBe(
    'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17',
  );
});

test('without a secret nothing is signed', () => {
  expect(signWebhook('id', 1500, 'x', null)).toEqual({ 'webhook-id': 'id', 'webhook-timestamp': '1' });
});
