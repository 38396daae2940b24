import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import { TEST_LIMIT } from '../server/setup/patience.js'
import { enterTestEnvironment } from '../server/setup/test-environment.js'

enterTestEnvironment()

/** Real kernels take processes and a second each to start: few at a time, and in processes, as ZeroMQ is native. */
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    // A shared machine stalls now and then: a failed test is retried once, and reported as retried.
    retry: 1,
    setupFiles: [join(import.meta.dirname, '../server/setup/vitest-waits.js')],
    testTimeout: TEST_LIMIT,
    hookTimeout: TEST_LIMIT,
  },
})
