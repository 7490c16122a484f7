import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // What takes longer has a command of its own: npm run story.
    exclude: ['test/story/**'],
    include: ['{src,sdk}/**/*.test.ts', 'test/**/*.test.ts', 'torture/**/*.test.ts'],
    // Processes, not threads: the code under test starts worker threads and children, and takes signals.
    pool: 'forks',
    isolate: false,
    // The processes wait for disks and databases about as often as they compute.
    maxWorkers: 2,
    globalSetup: 'test/services/global-setup.ts',
    reporters: ['default', './test/reporter.ts'],
    // A zone that no code expects (UTC+12:45, with summer time), so that local time shows wherever it slips in.
    env: {
      TZ: 'Pacific/Chatham',
      NODE_COMPILE_CACHE: join(import.meta.dirname, 'node_modules/.cache/tests'),
    },
    testTimeout: 15_000,
    hookTimeout: 30_000,
    coverage: {
      provider: 'v8',
      include: ['src/core/**/*.ts', 'src/**/decide.ts', 'src/**/decide-*.ts'],
      exclude: ['**/*.test.ts'],
      reporter: ['text'],
      thresholds: { 100: true },
    },
  },
});
