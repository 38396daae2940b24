/** Tests of the page's own logic, in Node; what needs a browser is tested by the journeys in e2e. */
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import { TEST_LIMIT } from '../server/setup/patience.js'
import { enterTestEnvironment } from '../server/setup/test-environment.js'

enterTestEnvironment()

export default defineConfig({
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    setupFiles: [join(import.meta.dirname, '../server/setup/vitest-waits.js')],
    testTimeout: TEST_LIMIT,
    hookTimeout: TEST_LIMIT,
  },
})
