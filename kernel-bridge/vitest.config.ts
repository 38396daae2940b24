import { defineConfig } from 'vitest/config'

/** Real kernels take processes and a second each to start: few at a time, and in processes, as ZeroMQ is native. */
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
