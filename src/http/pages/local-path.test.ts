import { expect, test } from 'vitest';
import { readLocalPath } from './local-path.ts';

test.each(['/', '/incidents/INC-42', '/docs/?a=b&c=%2F', '/incidents/inc_01JX'])(
  '%s is a path of this server',
  (path) => {
    expect(readLocalPath(path)).toBe(path);
    expect(new URL(path, 'https://tocsin.example').host).toBe('tocsin.example');
  },
);

test.each([
  null,
  '',
  'https://evil.example/',
  '//evil.example/',
  '///evil.example/',
  '/\\evil.example/',
  '/\t/evil.example/',
  '/\n/evil.example/',
  '/.//evil.example/',
  '/%2e//evil.example/',
  '/a/..//evil.example/',
  'incidents/INC-1',
  'javascript:alert(1)',
  '/"><script>',
  `/${'a'.repeat(600)}`,
])('nobody is led to %j', (text) => {
  expect(readLocalPath(text)).toBeNull();
});
