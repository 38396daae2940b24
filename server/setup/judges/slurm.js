/**
 * `npm run proof slurm`: kernels in jobs of a real Slurm cluster, which is started here: slurmctld, two slurmd, munged. It
 * takes minutes, since the shortest time limit of a job is one. It needs root and the packages slurm-wlm and munge.
 */
import { join } from 'node:path'
import { home, packagedNode, run } from '../command.js'
import { testEnvironment } from '../test-environment.js'
import { testPythons } from '../test-python.js'

export async function judgeSlurm() {
  const { main, jupyter } = await testPythons()
  const own = testEnvironment()
  const env = {
    ...own.env,
    YESTERDAY_TEST_PYTHON: main,
    YESTERDAY_TEST_JUPYTER: jupyter,
    YESTERDAY_SLURM_LONG: '1',
  }
  const words = [join(home, 'node_modules', 'vitest', 'vitest.mjs'), 'run']
  words.push('test/slurm-provider.test.ts', 'test/slurm-login-host.test.ts', '--test-timeout=600000')
  try {
    const { code } = await run(packagedNode(), words, { cwd: join(home, 'kernel-bridge'), env, show: true })
    return code
  } finally {
    own.remove()
  }
}
