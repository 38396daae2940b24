/**
 * `npm run bench:peer [PARTS] [SIZES]`: JupyterLab, marimo and this program, measured in turn by the same browser. It never
 * fails for a figure.
 */
import { join } from 'node:path'
import { ensureChromium } from './chromium.js'
import { home, packagedNode, run } from './command.js'
import { buildClient, installPackages } from './install.js'
import { peerPythons, testPythons } from './test-python.js'

await installPackages()
const { main: python } = await testPythons()
const { jupyterlab, marimo } = await peerPythons()
await buildClient()
await ensureChromium()
const env = {
  YESTERDAY_TEST_PYTHON: python,
  YESTERDAY_PYTHON: python,
  YESTERDAY_PEER_JUPYTERLAB: jupyterlab,
  YESTERDAY_PEER_MARIMO: marimo,
}
const words = [join(home, 'e2e', 'bench', 'peer', 'main.ts'), ...process.argv.slice(2)]
const { code } = await run(packagedNode(), words, { cwd: home, env, show: true })
process.exitCode = code
