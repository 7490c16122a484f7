import { describe, expect, it } from 'vitest';
import {
  artifactNamePattern,
  encodingOf,
  maxArtifactBytes,
  readArtifactContent,
} from './artifact-content.ts';

const png = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3]);
const base64 = (text: string | Buffer) => Buffer.from(text).toString('base64');

describe('the name of an artifact', () => {
  it.each([
    ['report.json', true],
    ['Größe 2.md', true],
    ['fix-1.PATCH', true],
    ['../report.json', false],
    ['a/b.txt', false],
    ['a\\b.txt', false],
    ['.hidden.txt', false],
    ['a\n.txt', false],
    ['c:.txt', false],
    ['report.exe', false],
    ['report', false],
    ['.json', false],
  ])('%j is a plain file name: %s', (name, isPlain) => {
    expect(artifactNamePattern.test(name)).toBe(isPlain);
  });
});

describe('the content of an artifact', () => {
  it.each([
    ['a.json', '{"a": 1}', null, 'application/json', '{"a": 1}', 8],
    ['a.md', '# ü', null, 'text/markdown', '# ü', 4],
    ['a.txt', base64('ü'), 'base64', 'text/plain', 'ü', 2],
    ['a.patch', '--- a\n+++ b\n', 'utf8', 'text/x-patch', '--- a\n+++ b\n', 12],
    ['a.png', base64(png), null, 'image/png', base64(png), 11],
  ] as const)('of %s is taken and counted', (name, content, encoding, contentType, stored, bodyBytes) => {
    expect(readArtifactContent(name, content, encoding)).toEqual({ contentType, content: stored, bodyBytes });
  });

  it.each([
    ['a.json', '{', null, 'content: a.json is not valid JSON'],
    ['a.txt', 'a\0b', null, 'without NUL characters'],
    ['a.txt', '\ud800', null, 'must be well-formed text'],
    ['a.txt', base64(png), 'base64', 'is not UTF-8 text'],
    ['a.png', base64('<svg/>'), null, 'does not begin as a PNG file does'],
    ['a.png', 'no base64!', null, 'is not valid base64'],
    ['a.png', 'PNG', 'utf8', 'does not begin as a PNG file does'],
  ] as const)('of %s that is something else (%j) is refused', (name, content, encoding, message) => {
    expect(() => readArtifactContent(name, content, encoding)).toThrow(message);
  });

  it('is taken up to 2 MiB of bytes, and not one more', () => {
    const most = 'a'.repeat(maxArtifactBytes);
    expect(readArtifactContent('a.txt', most, null).bodyBytes).toBe(maxArtifactBytes);
    expect(() => readArtifactContent('a.txt', `${most}a`, null)).toThrow(
      expect.objectContaining({ code: 'PAYLOAD_TOO_LARGE' }),
    );
    expect(() => readArtifactContent('a.txt', 'ü'.repeat(maxArtifactBytes / 2 + 1), null)).toThrow('bytes');
  });

  it('is shown as text, but for pictures', () => {
    expect(['text/plain', 'application/json', 'image/png'].map(encodingOf)).toEqual([
      'utf8',
      'utf8',
      'base64',
    ]);
  });
});
