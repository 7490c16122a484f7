/** The last bytes of what was pushed, in a fixed room that is taken with the first push. */
export type ByteRing = {
  push(bytes: Uint8Array): void;
  /** Answers the last `count` bytes, or all that are held where those are fewer. */
  last(count: number): Buffer;
  /** How many bytes were pushed and are held no more. */
  droppedBytes(): number;
};

/** Answers an empty ring. */
export function createByteRing(sizeBytes: number): ByteRing {
  let room: Buffer | null = null;
  let pushedBytes = 0;

  const write = (target: Buffer, bytes: Uint8Array) => {
    const start = pushedBytes % sizeBytes;
    const fits = Math.min(bytes.length, sizeBytes - start);
    target.set(bytes.subarray(0, fits), start);
    target.set(bytes.subarray(fits), 0);
    pushedBytes += bytes.length;
  };
  return {
    push(bytes) {
      room ??= Buffer.allocUnsafe(sizeBytes);
      for (let at = 0; at < bytes.length; at += sizeBytes) write(room, bytes.subarray(at, at + sizeBytes));
    },
    last(count) {
      if (room === null) return Buffer.alloc(0);
      const length = Math.min(count, pushedBytes, sizeBytes);
      const start = (pushedBytes - length) % sizeBytes;
      const beforeEnd = room.subarray(start, Math.min(start + length, sizeBytes));
      return Buffer.concat([beforeEnd, room.subarray(0, length - beforeEnd.length)]);
    },
    droppedBytes: () => Math.max(0, pushedBytes - sizeBytes),
  };
}
