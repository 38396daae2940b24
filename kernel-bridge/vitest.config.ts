import { defineConfig } from 'vitest/config'

/** Real kernels take processes and a second each to start: few at a time, and in processes, as ZeroMQ is native. */
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    // A machine shared with others stalls now and then: what is late once is tried once more, and named so.
    retry: 1,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
