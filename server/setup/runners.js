/** The runners of the tests, by the folder of the tests. */
import { join } from 'node:path'
import { home } from './command.js'

const module = (...parts) => join(home, 'node_modules', ...parts)
const vitest = {
  command: [module('vitest', 'vitest.mjs'), 'run'],
  select: (words) => ['-t', words.join(' ')],
}
const pytest = {
  command: ['-m', 'pytest'],
  isPython: true,
  needsPython: true,
  select: (words) => ['-k', words.join(' and ')],
}
const playwright = {
  command: [module('@playwright', 'test', 'cli.js'), 'test'],
  needsPython: true,
  needsPage: true,
  select: (words) => ['-g', words.join(' ')],
}

/** `folder` is where the runner starts; `tests`, below it, holds what it can run. */
const RUNNERS = [
  { ...vitest, folder: 'client', tests: 'client/test' },
  { ...vitest, folder: 'server', tests: 'server/test', needsPython: true },
  { ...pytest, folder: 'kernel-bridge/agent', tests: 'kernel-bridge/agent/tests' },
  { ...vitest, folder: 'kernel-bridge', tests: 'kernel-bridge/test', needsPython: true },
  { ...playwright, folder: 'e2e', tests: 'e2e' },
]

/** The runner for a path in the checkout; null where no tests are. */
export const runnerOf = (path) =>
  RUNNERS.find(({ tests }) => path === tests || path.startsWith(`${tests}/`)) ?? null

/** Arguments for the runner: plain words choose cases by name, options are passed on as they are. */
export function wordsFor(runner, words) {
  const options = words.filter((word) => word.startsWith('-'))
  const names = words.filter((word) => !word.startsWith('-'))
  return [...(names.length > 0 ? runner.select(names) : []), ...options]
}
