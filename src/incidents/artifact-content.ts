import { AppError } from '../core/errors.ts';
import { isStorable } from '../core/text.ts';

export const maxArtifactBytes = 2 * 1024 * 1024;

const contentTypes = {
  json: 'application/json',
  md: 'text/markdown',
  txt: 'text/plain',
  png: 'image/png',
  patch: 'text/x-patch',
} as const;

/** A plain file name, whose ending says what is in the file. */
export const artifactNamePattern = /^[\p{L}\p{N}_][\p{L}\p{N}_ .()+@,=-]*\.(?:json|md|txt|png|patch)$/iu;

/** The first eight bytes of every PNG file (its specification, 5.2). */
const pngSignature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

export type ArtifactEncoding = 'utf8' | 'base64';

/** Content as it is stored; `bodyBytes` counts what it stands for. */
export type ArtifactContent = { contentType: string; content: string; bodyBytes: number };

/** Answers how content of the type is stored and shown: text as itself, anything else in base64. */
export function encodingOf(contentType: string): ArtifactEncoding {
  return contentType === contentTypes.png ? 'base64' : 'utf8';
}

/**
 * Answers content as it is stored, once it is what its name says; null: in the encoding that is usual for the name. Throws
 * VALIDATION_ERROR, and PAYLOAD_TOO_LARGE from 2 MiB on.
 */
export function readArtifactContent(
  name: string,
  content: string,
  encoding: ArtifactEncoding | null,
): ArtifactContent {
  const ending = name.slice(name.lastIndexOf('.') + 1).toLowerCase() as keyof typeof contentTypes;
  const contentType = contentTypes[ending];
  const stored = encodingOf(contentType);
  const bytes = (encoding ?? stored) === 'base64' ? readBase64(name, content) : Buffer.from(content);
  if (bytes.length > maxArtifactBytes) {
    const limit = `${name} has ${bytes.length} bytes; at most ${maxArtifactBytes} are taken`;
    throw new AppError('PAYLOAD_TOO_LARGE', limit);
  }
  if (ending === 'png') {
    if (!bytes.subarray(0, 8).equals(pngSignature)) throw invalid(name, 'does not begin as a PNG file does');
    return { contentType, content: bytes.toString('base64'), bodyBytes: bytes.length };
  }
  const text = (encoding ?? stored) === 'base64' ? readUtf8(name, bytes) : content;
  if (!isStorable(text)) throw invalid(name, 'must be well-formed text without NUL characters');
  if (ending === 'json') requireJson(name, text);
  return { contentType, content: text, bodyBytes: bytes.length };
}

function readBase64(name: string, content: string): Buffer {
  const packed = content.replace(/\s/g, '');
  if (packed.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(packed)) return Buffer.from(packed, 'base64');
  throw invalid(name, 'is not valid base64');
}

function readUtf8(name: string, bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw invalid(name, 'is not UTF-8 text');
  }
}

function requireJson(name: string, text: string): void {
  try {
    JSON.parse(text);
  } catch {
    throw invalid(name, 'is not valid JSON');
  }
}

function invalid(name: string, message: string): AppError {
  return new AppError('VALIDATION_ERROR', `content: ${name} ${message}`, {
    details: { errors: [{ field: 'content', message }] },
  });
}
