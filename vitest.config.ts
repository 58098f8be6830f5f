import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['sim/**/*.test.ts'],
    globalSetup: './scripts/build-first.js',
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: '100%',
    pool: 'forks',
    reporters: ['default', './scripts/say-skipped.js'],
  },
});
