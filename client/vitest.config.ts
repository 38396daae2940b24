/** Tests of the page's own logic, in Node; what needs a browser is tested by the journeys in e2e. */
import { defineConfig } from 'vitest/config'

export default defineConfig({ test: { include: ['test/**/*.test.{ts,tsx}'], testTimeout: 15_000 } })
