/** `npm run bench [parts]`: sets up what the benchmarks need, then prints their figures. It never fails for a figure. */
import { join } from 'node:path'
import { ensureChromium } from './chromium.js'
import { home, packagedNode, run } from './command.js'
import { buildClient, installPackages } from './install.js'
import { testPythons } from './test-python.js'

const scripts = [
  ['e2e', 'bench', 'main.ts'],
  ['server', 'bench', 'opening.ts'],
  ['server', 'bench', 'printing.ts'],
  ['server', 'bench', 'history.ts'],
  ['server', 'bench', 'isolation.ts'],
]

await installPackages()
const { main: python, jupyter } = await testPythons()
const env = { YESTERDAY_TEST_PYTHON: python, YESTERDAY_PYTHON: python }
const agent = join(home, 'kernel-bridge', 'agent')
const [, , first, ...more] = process.argv
const ofTheAgent = new Map([
  ['sizes', 'bench_sizes.py'],
  ['notebooks', 'bench_notebooks.py'],
])
const script = ofTheAgent.get(first ?? '')
if (script !== undefined) {
  await run(python, [script, ...more], { cwd: agent, show: true })
  process.exit()
}
if (first === 'prediction') {
  await run(packagedNode(), [join(home, 'server', 'bench', 'prediction.ts'), ...more], {
    cwd: home,
    env,
    show: true,
  })
  process.exit()
}
if (first === 'move') {
  const moving = { ...env, YESTERDAY_TEST_JUPYTER: jupyter }
  const words = [join(home, 'server', 'bench', 'move.ts'), ...more]
  await run(packagedNode(), words, { cwd: home, env: moving, show: true })
  process.exit()
}
await buildClient()
await ensureChromium()
const asked = process.argv.slice(2)
for (const script of asked.length === 0 ? scripts : scripts.slice(0, 1)) {
  await run(packagedNode(), [join(home, ...script), ...asked], { cwd: home, env, show: true })
}
if (asked.length === 0) await run(python, ['bench.py'], { cwd: agent, show: true })
