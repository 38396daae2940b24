import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import { TEST_LIMIT } from './setup/patience.js'
import { enterTestEnvironment } from './setup/test-environment.js'

const updatesGoldens = process.env.YESTERDAY_TEST_UPDATE_GOLDENS === '1'
enterTestEnvironment()

/** Tests start real processes, threads and databases: few at a time. */
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Goldens are compared, and written only when that is asked for.
    update: updatesGoldens ? 'all' : 'none',
    pool: 'forks',
    maxWorkers: 2,
    // Files share a process: none leaves anything behind that another would see, and all is loaded once.
    isolate: false,
    // A shared machine stalls now and then: a failed test is retried once, and reported as retried.
    retry: 1,
    setupFiles: ['vitest-waits.js', 'vitest-judged-saves.js'].map((name) =>
      join(import.meta.dirname, 'setup', name),
    ),
    testTimeout: TEST_LIMIT,
    hookTimeout: TEST_LIMIT,
  },
})
