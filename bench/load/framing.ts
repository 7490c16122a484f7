const headEnd = '\r\n\r\n';

/**
 * Answers a function that takes what a socket reads and calls back with each whole HTTP/1.1 message. Knows bodies with a
 * Content-Length and no others, which is all that the programs here send each other, and costs next to nothing.
 */
export function createFraming(onMessage: (head: string, body: Buffer) => void): (chunk: Buffer) => void {
  let rest: Buffer | null = null;
  return (chunk) => {
    let data = rest === null ? chunk : Buffer.concat([rest, chunk]);
    rest = null;
    while (data.length > 0) {
      const end = data.indexOf(headEnd);
      const head = end < 0 ? '' : data.toString('latin1', 0, end);
      const total = end < 0 ? Number.POSITIVE_INFINITY : end + headEnd.length + bodyBytesOf(head);
      if (data.length < total) {
        rest = data;
        return;
      }
      onMessage(head, data.subarray(end + headEnd.length, total));
      data = data.subarray(total);
    }
  };
}

function bodyBytesOf(head: string): number {
  const found = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (found !== undefined) return Number(found);
  if (/\r\ntransfer-encoding:/i.test(head)) throw new Error(`a body without Content-Length:\n${head}`);
  return 0;
}
