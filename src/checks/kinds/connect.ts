import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import type { buildConnector } from 'undici';

/** Opens a socket for an HTTP client and answers it at once, so that it can be destroyed while it still connects. */
export function openSocket(
  { hostname, port, protocol, servername }: buildConnector.Options,
  tlsVerify: boolean,
  callback: buildConnector.Callback,
): Socket {
  const isTls = protocol === 'https:';
  const socket = isTls
    ? connectTls({
        host: hostname,
        port: Number(port || 443),
        // An address is no name that a certificate could be asked for (RFC 6066, section 3).
        ...(isIP(hostname) ? {} : { servername: servername || hostname }),
        ALPNProtocols: ['http/1.1'],
        rejectUnauthorized: tlsVerify,
      })
    : connectTcp({ host: hostname, port: Number(port || 80), noDelay: true });
  let isOpen = false;
  socket.once(isTls ? 'secureConnect' : 'connect', () => {
    isOpen = true;
    callback(null, socket);
  });
  socket.on('error', (error) => {
    if (!isOpen) callback(error, null);
  });
  return socket;
}

/** Answers the whole days until the certificate of a connected socket ends, negative after that; undefined without TLS. */
export function readCertificateDays(socket: Socket | null, nowMs: number): number | undefined {
  const certificate = (socket as Partial<TLSSocket> | null)?.getPeerX509Certificate?.();
  return certificate && Math.floor((certificate.validToDate.getTime() - nowMs) / 86_400_000);
}
