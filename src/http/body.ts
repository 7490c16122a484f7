import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, type ZlibOptions } from 'node:zlib';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { AppError } from '../core/errors.ts';

type Decompress = (body: Buffer, options: ZlibOptions) => Promise<Buffer>;

const decompressors: Readonly<Record<string, Decompress>> = {
  gzip: promisify<Buffer, ZlibOptions, Buffer>(gunzip),
  'x-gzip': promisify<Buffer, ZlibOptions, Buffer>(gunzip),
  deflate: promisify<Buffer, ZlibOptions, Buffer>(inflate),
  br: promisify<Buffer, ZlibOptions, Buffer>(brotliDecompress),
};

/**
 * Reads bodies as JSON: labelled so, not labelled, or labelled as a form, which is what `curl -d` does. Compressed
 * ones are unpacked, up to the limit of the route. An empty body is none.
 */
export function readBodiesAsJson(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  // Named beside the one for all types, as Fastify finds what is named without reading the header each time.
  for (const type of ['application/json', '*']) addJsonParser(server, type);
}

/** Leaves bodies as the bytes that their sender wrote, unpacked up to the limit of the route. */
export function readBodiesAsBytes(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser<Buffer>('*', { parseAs: 'buffer' }, (request: FastifyRequest, body: Buffer) =>
    request.headers['content-encoding'] === undefined ? Promise.resolve(body) : unpack(request, body),
  );
}

function addJsonParser(server: FastifyInstance, type: string): void {
  server.addContentTypeParser<Buffer>(type, { parseAs: 'buffer' }, (request, body, done) => {
    if (request.headers['content-encoding'] === undefined) {
      try {
        done(null, parseJson(request, body));
      } catch (error) {
        done(error as AppError);
      }
    } else
      unpack(request, body)
        .then((bytes) => done(null, parseJson(request, bytes)))
        .catch(done);
  });
}

function parseJson(request: FastifyRequest, body: Buffer): unknown {
  if (body.length === 0) return undefined;
  requireJsonType(request.headers['content-type']);
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (error) {
    throw new AppError('VALIDATION_ERROR', 'the body is not valid JSON', { cause: error });
  }
}

function requireJsonType(header: string | undefined): void {
  if (header === undefined || header === 'application/json') return;
  const type = header.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  const isJson = /^(application\/(.+\+)?json|application\/x-www-form-urlencoded)?$/.test(type);
  if (!isJson)
    throw new AppError('VALIDATION_ERROR', `content type "${type.slice(0, 100)}": send application/json`);
}

async function unpack(request: FastifyRequest, body: Buffer): Promise<Buffer> {
  const encoding = request.headers['content-encoding']?.trim().toLowerCase() ?? '';
  if (encoding === 'identity' || body.length === 0) return body;
  const decompress = decompressors[encoding];
  if (!decompress) {
    const known = Object.keys(decompressors).join(', ');
    throw new AppError('VALIDATION_ERROR', `content encoding is unknown; known are ${known}`);
  }
  try {
    return await decompress(body, { maxOutputLength: request.routeOptions.bodyLimit ?? 0 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      throw new AppError('PAYLOAD_TOO_LARGE', 'the unpacked body is larger than this address takes', {
        cause: error,
      });
    }
    throw new AppError('VALIDATION_ERROR', `the body is not valid ${encoding}`, { cause: error });
  }
}
