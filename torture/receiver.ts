import { EventEmitter, once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { createFraming } from '../bench/load/framing.ts';
import type { Random } from './random.ts';

/** How a receipt was answered; `cut` where the sender was gone before. */
export type AnswerKind = 'ok' | 'error' | 'hang' | 'reset' | 'cut';

/** One message that came, as often as it came. */
export type Receipt = {
  /** Which process sent it. */
  member: string;
  key: string;
  event: string;
  /** What it says: the same for each repeat. */
  title: string;
  incidentId: string | null;
  alertRef: string | null;
  severity: string;
  order: number;
  answer: AnswerKind;
};

/** A webhook's other end that keeps a record of everything, and often misbehaves. */
export type Receiver = {
  readonly receipts: readonly Receipt[];
  /** What came and is no message. */
  readonly complaints: readonly string[];
  /** Emits `arrival` before a message is answered and `answered` right after. */
  readonly events: EventEmitter<{ arrival: [member: string]; answered: [member: string] }>;
  urlOf(member: string): string;
  close(): Promise<void>;
};

const errorShare = 0.02;
const hangShare = 0.004;
const resetShare = 0.01;
const good = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n';
const bad = 'HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n';

/** Listens on loopback; the last part of the path names the sender. */
export async function startReceiver(random: Random): Promise<Receiver> {
  const receipts: Receipt[] = [];
  const complaints: string[] = [];
  const events: Receiver['events'] = new EventEmitter();
  const sockets = new Set<Socket>();

  const take = (socket: Socket, head: string, body: Buffer) => {
    const receipt = readReceipt(head, body, receipts.length);
    if (typeof receipt === 'string') {
      complaints.push(receipt);
      return respond(socket, 'error');
    }
    receipts.push(receipt);
    events.emit('arrival', receipt.member);
    // One round of the loop later, so that a listener may end the sender before it hears the answer.
    setImmediate(() => {
      receipt.answer = socket.writable ? chooseAnswer(random) : 'cut';
      respond(socket, receipt.answer);
      events.emit('answered', receipt.member);
    });
  };

  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on(
      'data',
      createFraming((head, body) => take(socket, head, body)),
    );
    // A sender that is killed resets its connections.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the receiver has no port');
  return {
    receipts,
    complaints,
    events,
    urlOf: (member) => `http://127.0.0.1:${address.port}/${member}`,
    async close() {
      for (const socket of sockets) socket.destroy();
      if (!server.listening) return;
      server.close();
      await once(server, 'close');
    },
  };
}

function chooseAnswer(random: Random): AnswerKind {
  if (random.isLucky(errorShare)) return 'error';
  if (random.isLucky(hangShare)) return 'hang';
  return random.isLucky(resetShare) ? 'reset' : 'ok';
}

function respond(socket: Socket, answer: AnswerKind): void {
  if (answer === 'ok') socket.write(good);
  if (answer === 'error') socket.write(bad);
  if (answer === 'reset') socket.resetAndDestroy();
}

type Body = {
  event: string;
  idempotency_key: string;
  title: string;
  severity: string;
  incident?: { id: string };
  alert?: { alert_ref: string };
};

/** Answers the receipt of a request, or what is wrong with it. */
function readReceipt(head: string, body: Buffer, order: number): Receipt | string {
  let message: Body;
  try {
    message = JSON.parse(body.toString()) as Body;
  } catch (error) {
    return `no JSON came: ${String(error)}: ${body.toString().slice(0, 200)}`;
  }
  const key = /\r\nidempotency-key: *([^\r]+)/i.exec(head)?.[1] ?? '';
  if (key !== message.idempotency_key) return `the header says ${key}, the body ${message.idempotency_key}`;
  return {
    member: /^POST \/(\S+) /.exec(head)?.[1] ?? '',
    key,
    event: message.event,
    title: message.title,
    incidentId: message.incident?.id ?? null,
    alertRef: message.alert?.alert_ref ?? null,
    severity: message.severity,
    order,
    answer: 'cut',
  };
}
