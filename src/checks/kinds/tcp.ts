import { connect, type Socket } from 'node:net';
import type { CheckConfig } from '../../config/types.ts';
import type { Answer, Probe } from '../types.ts';

type TcpCheck = Extract<CheckConfig, { kind: 'tcp' }>;

const maxAnswerBytes = 64 * 1024;

/** Answers a probe that connects, sends what there is to send, and waits for the expected text. The latency ends with the last of these. */
export function createTcpProbe(check: TcpCheck): Probe {
  return (clock, stop) =>
    new Promise((resolve, reject) => {
      const startedAt = clock.now();
      const socket = connect({ host: check.host, port: check.port, noDelay: true });
      const close = () => void socket.destroy();
      stop.addEventListener('abort', close, { once: true });
      const settle = (failure: Answer['failure']) => {
        stop.removeEventListener('abort', close);
        close();
        resolve({ facts: { latencyMs: clock.now() - startedAt }, failure });
      };
      socket.on('error', (error) => {
        stop.removeEventListener('abort', close);
        reject(error);
      });
      socket.once('connect', () => {
        if (check.expect !== null) converse(socket, check.send, check.expect, settle);
        else socket.write(check.send ?? '', () => settle(null));
      });
    });
}

function converse(
  socket: Socket,
  send: string | null,
  expect: string,
  settle: (failure: Answer['failure']) => void,
): void {
  let received = Buffer.alloc(0);
  const refuse = () => {
    const detail = `expected ${JSON.stringify(expect)}, got ${JSON.stringify(received.toString().slice(0, 200))}`;
    settle({ status: 'down', reason: 'expect_mismatch', detail });
  };
  socket.on('data', (chunk) => {
    received = Buffer.concat([received, chunk]);
    if (received.includes(expect)) settle(null);
    else if (received.length > maxAnswerBytes) refuse();
  });
  socket.once('end', refuse);
  if (send !== null) socket.write(send);
}
