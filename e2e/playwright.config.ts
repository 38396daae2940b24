import { defineConfig } from '@playwright/test'
import { chromiumOptions } from './support/chromium.ts'

export default defineConfig({
  testDir: '.',
  testMatch: ['journeys/*.spec.ts', 'crash/*.spec.ts'],
  // A journey waits more than it computes; each has a server, a folder and a port of its own.
  workers: 2,
  timeout: 120_000,
  // A machine shared with others stalls now and then; what passed only at the second go is told at the end.
  retries: 1,
  expect: { timeout: 20_000 },
  reporter: [['list'], ['json', { outputFile: 'test-results/report.json' }]],
  outputDir: 'test-results/artifacts',
  use: {
    ...chromiumOptions,
    screenshot: 'only-on-failure',
    trace: 'on-first-retry',
    viewport: { width: 1440, height: 900 },
  },
})
