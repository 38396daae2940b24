/**
 * `npm run proof machines`: workers of Dask, Ray and Spark clusters, which are started here. Spark needs a Java runtime.
 */
import { join } from 'node:path'
import { home, run } from '../command.js'
import { testEnvironment } from '../test-environment.js'
import { machinesPython } from '../test-python.js'

export async function judgeMachines() {
  const python = await machinesPython()
  const own = testEnvironment()
  const env = { ...own.env, YESTERDAY_TEST_PYTHON: python }
  const words = ['-m', 'pytest', '-v', '-o', 'addopts=', join('tests', 'test_clusters.py')]
  try {
    const { code } = await run(python, words, { cwd: join(home, 'kernel-bridge', 'agent'), env, show: true })
    return code
  } finally {
    own.remove()
  }
}
