import { defineConfig } from 'vitest/config';
import everyday from '../../vitest.config.ts';

/** The stories alone, with all else as in `npm test`. */
export default defineConfig({
  test: { ...everyday.test, include: ['test/story/**/*.test.ts'], exclude: [] },
});
