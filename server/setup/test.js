/** `npm test`: sets up what the tests need, runs them all, cheapest first, and closes with one line that counts them. */
import { readFileSync, rmSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { check } from './check.js'
import { ensureChromium } from './chromium.js'
import { home, packagedNode, run, say } from './command.js'
import { add, playwrightCounts, pytestCounts, vitestCounts } from './counts.js'
import { buildClient, installPackages } from './install.js'
import { inLanes } from './lanes.js'
import { keepCompiled, testPythons } from './test-python.js'

/** The agent's suites compute, so they run side by side; others wait for kernels and servers, and would be late. */
const LANES = Math.min(2, availableParallelism())
/** It computes as well: two minutes in the kernel. */
const FLOOD = 'test/burst.test.ts'
const total = { passed: 0, failed: 0, skipped: 0, unsteady: 0 }
const module = (...parts) => join(home, 'node_modules', ...parts)
const agent = join(home, 'kernel-bridge', 'agent')

/** Vitest in a workspace, `name` for its report; `which` chooses files. */
const vitest = (workspace, env, which = [], name = workspace) => ({
  name,
  work: async () => {
    const cwd = join(home, workspace)
    const report = join(cwd, '.build', `${name}.json`)
    rmSync(report, { force: true })
    const words = [
      module('vitest', 'vitest.mjs'),
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
      ...which,
    ]
    const { code, output } = await run(packagedNode(), words, { cwd, env })
    add(total, readReport(report, vitestCounts), code)
    return output
  },
})

/** The agent's own tests on one Python; `which` chooses by marks. */
const pytest = (version, python, which) => ({
  name: `agent on Python ${version}, ${which}`,
  work: async () => {
    const { code, output } = await run(python, ['-m', 'pytest', '-m', which], {
      cwd: agent,
      env: keepCompiled,
    })
    add(total, pytestCounts(output), code)
    return output
  },
})

async function lintAgent(python) {
  say('\n== agent: format, lint, types')
  for (const words of [['ruff', 'format', '--check', '.'], ['ruff', 'check', '.'], ['mypy']]) {
    const { code, output } = await run(python, ['-m', ...words], { cwd: agent })
    say(`${code === 0 ? 'ok    ' : 'FAILED'} ${words.join(' ')}`)
    if (code !== 0) say(output)
    total[code === 0 ? 'passed' : 'failed'] += 1
  }
}

async function playwright(env) {
  say('\n== journeys in a browser')
  const cwd = join(home, 'e2e')
  const report = join(cwd, 'test-results', 'report.json')
  rmSync(report, { force: true })
  const { code } = await run(packagedNode(), [module('@playwright', 'test', 'cli.js'), 'test'], {
    cwd,
    env,
    show: true,
  })
  add(total, readReport(report, playwrightCounts), code)
}

function readReport(file, count) {
  try {
    return count(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return { passed: 0, failed: 1, skipped: 0 }
  }
}

async function installPage() {
  await installPackages()
  await buildClient()
  await ensureChromium()
}

async function main() {
  const started = Date.now()
  const [pythons] = await Promise.all([testPythons(), installPage()])
  const { main: python, others, validators } = pythons
  const env = {
    ...keepCompiled,
    YESTERDAY_TEST_PYTHON: python,
    YESTERDAY_PYTHON: python,
    YESTERDAY_TEST_VALIDATORS: validators,
  }
  say('\n== check')
  add(total, await check(), 0)
  await lintAgent(python)
  say('\n== tests')
  const bridge = vitest('kernel-bridge', env, ['--exclude', FLOOD])
  await inLanes(1, [vitest('client', env), vitest('server', env), bridge], say)
  const [exact, thorough] = ['not thorough', 'thorough'].map((which) => pytest('3.11', python, which))
  const flood = vitest('kernel-bridge', env, [FLOOD], 'a-flood-of-output')
  const agents = others.map((other) => pytest(other.version, other.python, 'not thorough'))
  await inLanes(LANES, [exact, flood, thorough, ...agents], say)
  await playwright(env)
  say(`\n${((Date.now() - started) / 60_000).toFixed(1)} minutes`)
}

try {
  await main()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  total.failed += 1
}
if (total.unsteady > 0) say(`${total.unsteady} of them passed only when tried again: see "flaky" above`)
say(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`)
process.exitCode = total.failed === 0 ? 0 : 1
