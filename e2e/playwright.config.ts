import { defineConfig } from '@playwright/test'
import { seconds, WAIT_LIMIT } from '../server/setup/patience.js'
import { enterTestEnvironment } from '../server/setup/test-environment.js'
import { chromiumOptions } from './support/chromium.ts'

enterTestEnvironment()

export default defineConfig({
  testDir: '.',
  testMatch: ['journeys/*.spec.ts', 'crash/*.spec.ts'],
  // A journey waits more than it computes; each has a server, a folder and a port of its own.
  workers: 2,
  timeout: seconds(120),
  // A shared machine stalls now and then; tests that passed only on retry are listed at the end.
  retries: 1,
  expect: { timeout: WAIT_LIMIT },
  reporter: [['list'], ['json', { outputFile: 'test-results/report.json' }]],
  outputDir: 'test-results/artifacts',
  use: {
    ...chromiumOptions,
    screenshot: 'only-on-failure',
    trace: 'on-first-retry',
    viewport: { width: 1440, height: 900 },
  },
})
