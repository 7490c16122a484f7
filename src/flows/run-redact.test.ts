import { expect, test } from 'vitest';
import { loadTestConfig } from '../../test/supervised.ts';
import { createRedaction } from './run-redact.ts';

const key = ['-----BEGIN KEY-----', 'Zm9vYmFyYmF6cXV4Zm9v', '  c2Vjb25kbGluZW9maXQ=\r', 'short', ''].join(
  '\n',
);

test('a secret of several lines is hidden whole, and line by line, but for lines as short as words', async () => {
  const redact = createRedaction(await loadTestConfig(), [{ TLS_PRIVATE_KEY: key, PATH: '/bin' }]);
  expect(redact(`a ${key}z`)).toBe('a [redacted]z');
  expect(redact('first: Zm9vYmFyYmF6cXV4Zm9v!')).toBe('first: [redacted]!');
  expect(redact('c2Vjb25kbGluZW9maXQ=')).toBe('[redacted]');
  expect(redact('short /bin')).toBe('short /bin');
});
