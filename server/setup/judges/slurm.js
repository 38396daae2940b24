/**
 * `npm run proof slurm`: kernels in jobs of real Slurm clusters, which are started here: slurmctld, two slurmd, munged; also
 * behind a login host, and with nodes in network namespaces without a shared folder. It takes minutes, since the shortest
 * time limit of a job is one. It needs root and the packages slurm-wlm, munge and iproute2.
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
  const files = ['slurm-provider', 'slurm-login-host', 'slurm-apart'].map((name) => `test/${name}.test.ts`)
  const words = [join(home, 'node_modules', 'vitest', 'vitest.mjs'), 'run', ...files, '--test-timeout=600000']
  try {
    const { code } = await run(packagedNode(), words, { cwd: join(home, 'kernel-bridge'), env, show: true })
    return code
  } finally {
    own.remove()
  }
}
