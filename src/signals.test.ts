import { expect, test } from 'vitest';
import { answerSignal, type SignalAnswer } from './signals.ts';

test.each<[NodeJS.Signals, boolean, boolean, SignalAnswer]>([
  ['SIGTERM', false, false, 'stop'],
  ['SIGINT', false, true, 'stop'],
  ['SIGTERM', true, false, 'end at once'],
  ['SIGINT', true, true, 'end at once'],
  ['SIGHUP', false, false, 'reload'],
  ['SIGHUP', true, false, 'nothing'],
  ['SIGHUP', false, true, 'stop'],
  ['SIGHUP', true, true, 'nothing'],
])('%s (stopping: %s, on a terminal: %s) means %s', (signal, isStopping, isOnTerminal, answer) => {
  expect(answerSignal(signal, { isStopping, isOnTerminal })).toBe(answer);
});
