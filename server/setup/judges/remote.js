/**
 * `npm run proof remote [COUNT] [TURN]`: COUNT cases of lineage (100) through kernels of a real Jupyter server and of a machine
 * by SSH, which are started here. Which ones is decided by TURN, by default the day.
 */
import { join } from 'node:path'
import { home, packagedNode, run } from '../command.js'
import { testEnvironment } from '../test-environment.js'
import { testPythons } from '../test-python.js'

const DAY_MS = 86_400_000

export async function judgeRemote() {
  const [count = 100, turn = Math.floor(Date.now() / DAY_MS)] = process.argv.slice(3).map(Number)
  if (!(Number.isSafeInteger(count) && count > 0 && Number.isSafeInteger(turn) && turn >= 0)) {
    console.error('npm run proof remote [COUNT] [TURN]: whole numbers')
    return 2
  }
  const { main, jupyter } = await testPythons()
  const own = testEnvironment()
  const env = {
    ...own.env,
    YESTERDAY_TEST_PYTHON: main,
    YESTERDAY_TEST_JUPYTER: jupyter,
    YESTERDAY_REMOTE_CASES: String(count),
    YESTERDAY_REMOTE_TURN: String(turn),
  }
  process.stdout.write(`${count} cases, turn ${turn}\n`)
  const words = [join(home, 'node_modules', 'vitest', 'vitest.mjs'), 'run', 'test/remote-lineage.test.ts']
  words.push('--retry=0', `--test-timeout=${60_000 + count * 20_000}`)
  try {
    const { code } = await run(packagedNode(), words, { cwd: join(home, 'kernel-bridge'), env, show: true })
    return code
  } finally {
    own.remove()
  }
}
