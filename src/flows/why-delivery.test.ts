import { describe, expect, it } from 'vitest';
import { judgeDelivery, sayMessages, type WrittenMessage } from './why-delivery.ts';

const began = Date.parse('2026-03-01T12:00:00Z');

function message(status: WrittenMessage['status'], given: Partial<WrittenMessage> = {}): WrittenMessage {
  return {
    channel: 'ops',
    event: 'incident.opened',
    status,
    attempts: 0,
    error: null,
    created_at: began,
    next_attempt_at: began + 30_000,
    sent_at: status === 'delivered' ? began + 1000 : null,
    payload: '{}',
    ...given,
  };
}

describe('what became of messages', () => {
  it.each<[string, WrittenMessage[], string[] | null, string[]]>([
    ['none was written', [], null, []],
    ['none was to be sent', [message('superseded'), message('skipped_dry_run')], null, []],
    ['it arrived', [message('delivered')], ['ops at 2026-03-01 12:00:01 UTC'], []],
    [
      'it arrived twice, the first counts',
      [message('delivered'), message('delivered', { sent_at: began + 60_000 })],
      ['ops at 2026-03-01 12:00:01 UTC'],
      [],
    ],
    ['it waits', [message('pending')], [], ['the message to ops waits until 2026-03-01 12:00:30 UTC']],
    [
      'it waits for the morning',
      [message('pending', { payload: JSON.stringify({ isQuiet: true, dueAt: began + 30_000 }) })],
      [],
      ['the message to ops waits until 2026-03-01 12:00:30 UTC, when the quiet hours end'],
    ],
    [
      'it waited for the morning, and need not any more',
      [message('pending', { payload: JSON.stringify({ isQuiet: true, dueAt: began + 60_000 }) })],
      [],
      ['the message to ops waits until 2026-03-01 12:00:30 UTC'],
    ],
    ['it is under way', [message('sending')], [], ['the message to ops is being sent']],
    [
      'it fails',
      [message('pending', { attempts: 1, error: 'HTTP 503' })],
      [],
      ['the message to ops does not get through (HTTP 503), tried once, again at 2026-03-01 12:00:30 UTC'],
    ],
    [
      'it was given up',
      [message('dead', { attempts: 9 })],
      [],
      ['the message to ops was given up (no reason is known), tried 9 times: see tocsin notify retry'],
    ],
    [
      'one channel heard and the other did not',
      [message('delivered'), message('failed', { channel: 'team', attempts: 1, error: 'HTTP 404' })],
      ['ops at 2026-03-01 12:00:01 UTC'],
      ['the message to team was given up (HTTP 404), tried once: see tocsin notify retry'],
    ],
    [
      'the first did not arrive and a later one did',
      [message('dead', { attempts: 3, error: 'HTTP 500' }), message('delivered')],
      ['ops at 2026-03-01 12:00:01 UTC'],
      [],
    ],
  ])('is known where %s', (_, messages, reached, open) => {
    expect(judgeDelivery(messages)).toEqual({ reached, open });
  });

  it('is listed by message, the newest of many', () => {
    expect(sayMessages([])).toEqual([]);
    expect(sayMessages([message('delivered'), message('superseded')])).toEqual([
      'messages:',
      '  2026-03-01 12:00:00 UTC  incident.opened to ops: delivered 2026-03-01 12:00:01 UTC.',
      '  2026-03-01 12:00:00 UTC  incident.opened to ops: superseded.',
    ]);
    const many = Array.from({ length: 23 }, () => message('delivered'));
    expect(sayMessages(many)).toHaveLength(22);
    expect(sayMessages(many)[1]).toBe('  3 earlier ones: see tocsin notify list');
  });
});
