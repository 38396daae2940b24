/**
 * `npm run test:one PATH [WORDS]`: runs one test file, or all below a folder, as `npm test` would. Words choose cases by
 * name; what starts with `-` goes to the runner as it is. Nothing is installed or built when that was done before.
 */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join, relative, resolve, sep } from 'node:path'
import { ensureChromium } from './chromium.js'
import { home, packagedNode, say } from './command.js'
import { buildClient, installPackages } from './install.js'
import { runnerOf, wordsFor } from './runners.js'
import { testEnvironment } from './test-environment.js'
import { mainPython } from './test-python.js'

const USAGE = 'npm run test:one PATH [WORDS], for example: npm run test:one client/test/dates.test.ts past'

/** The path in the checkout, from the folder where the person is. */
function pathOf(given) {
  const from = process.env.INIT_CWD ?? process.cwd()
  const places = [resolve(from, given), resolve(home, given)]
  const found = places.find((place) => existsSync(place) && !relative(home, place).startsWith('..'))
  if (found === undefined) throw new Error(`There is no test at ${given}.\n${USAGE}`)
  return relative(home, found).split(sep).join('/')
}

async function environmentFor(runner) {
  await installPackages()
  if (runner.needsPage) {
    await buildClient()
    await ensureChromium()
  }
  const own = testEnvironment()
  process.once('exit', own.remove)
  if (!runner.needsPython) return own.env
  const python = await mainPython()
  return { ...own.env, YESTERDAY_TEST_PYTHON: python, YESTERDAY_PYTHON: python }
}

async function main([given, ...words]) {
  if (given === undefined) throw new Error(USAGE)
  const path = pathOf(given)
  const runner = runnerOf(path)
  if (runner === null) throw new Error(`${path} is in no folder of tests.\n${USAGE}`)
  const env = await environmentFor(runner)
  const program = runner.isPython ? env.YESTERDAY_TEST_PYTHON : packagedNode()
  const file = relative(runner.folder, path) || '.'
  const child = spawn(program, [...runner.command, file.split(sep).join('/'), ...wordsFor(runner, words)], {
    cwd: join(home, runner.folder),
    env,
    stdio: 'inherit',
  })
  child.on('error', (error) => console.error(error.message))
  child.on('exit', (code) => {
    process.exitCode = code ?? 1
    if (words.length === 0) say(`One case of it: npm run test:one ${path} WORDS OF ITS NAME`)
  })
}

try {
  await main(process.argv.slice(2))
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 2
}
