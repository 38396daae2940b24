/** `npm test`: sets up what the tests need, runs them all, cheapest first, and closes with one line that counts them. */
import { readFileSync, rmSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { check } from './check.js'
import { ensureChromium } from './chromium.js'
import { home, packagedNode, run, say } from './command.js'
import {
  add,
  afterFilesAgain,
  afterSecondTry,
  failedFiles,
  playwrightCounts,
  pytestCounts,
  vitestCounts,
} from './counts.js'
import { buildClient, installPackages } from './install.js'
import { inLanes } from './lanes.js'
import { patience, WHOLE_SUITE } from './patience.js'
import { testEnvironment } from './test-environment.js'
import { testPythons } from './test-python.js'

/**
 * The agent's suites compute: they take what is left by those that wait for kernels, servers and browsers, which would
 * be late behind them.
 */
const LANES = Math.min(2, availableParallelism())
/** It computes as well: two minutes in the kernel. */
const FLOOD = 'test/burst.test.ts'
/** Pytest's exit status when tests ran and some failed. */
const SOME_FAILED = 1
const NO_REPORT = { passed: 0, failed: 1, skipped: 0, which: ['wrote no report that can be read'] }
const total = { passed: 0, failed: 0, skipped: 0, unsteady: 0, which: [] }
const module = (...parts) => join(home, 'node_modules', ...parts)
const agent = join(home, 'kernel-bridge', 'agent')

/**
 * Vitest in a workspace, `name` for its report; `which` chooses files. Files in which something failed are run a second
 * time: a shared machine stalls now and then.
 */
const vitest = (workspace, env, which = [], { name = workspace, yields = false } = {}) => ({
  name,
  work: async () => {
    const cwd = join(home, workspace)
    const attempt = async (report, chosen) => {
      rmSync(report, { force: true })
      const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
      const words = [module('vitest', 'vitest.mjs'), 'run', ...reporters, ...chosen]
      return await run(packagedNode(), words, { cwd, env, only: true, yields })
    }
    const report = join(cwd, '.build', `${name}.json`)
    const { code, output } = await attempt(report, which)
    const first = readReport(report, (read) => read)
    const again = code === 0 || first === null ? new Set() : failedFiles(first, output, cwd)
    if (again.size === 0) {
      add(total, first === null ? NO_REPORT : vitestCounts(first), code, name)
      return output
    }
    const secondReport = join(cwd, '.build', `${name}-again.json`)
    const second = await attempt(secondReport, [...again])
    const counts = readReport(secondReport, (read) => afterFilesAgain(first, again, read))
    add(total, counts ?? NO_REPORT, second.code, name)
    return `${output}\n== flaky, or failed: run again\n${second.output}`
  },
})

/**
 * The agent's own tests on one Python; `which` chooses by marks. As with the other runners, a failed test is retried
 * once: a shared machine stalls now and then.
 */
const pytest = (version, python, which, env, name = `agent on Python ${version}, ${which}`) => ({
  name,
  work: async () => {
    const cache = join('.build', `pytest-${version}-${which.replaceAll(' ', '-')}`)
    const words = ['-m', 'pytest', '-m', which, '-o', `cache_dir=${cache}`]
    const attempt = (more) => run(python, [...words, ...more], { cwd: agent, env, only: true, yields: true })
    const first = await attempt([])
    const counts = pytestCounts(first.output)
    if (first.code !== SOME_FAILED) {
      add(total, counts, first.code, name)
      return first.output
    }
    const second = await attempt(['--last-failed', '--last-failed-no-failures=none'])
    add(total, afterSecondTry(counts, pytestCounts(second.output)), second.code, name)
    return `${first.output}\n== flaky, or failed: tried again\n${second.output}`
  },
})

/** Ruff and mypy over the agent; their problems are printed. */
const lintAgent = (python) => ({
  name: 'agent: format, lint, types',
  work: async () => {
    const lines = []
    for (const words of [['ruff', 'format', '--check', '.'], ['ruff', 'check', '.'], ['mypy']]) {
      const { code, output } = await run(python, ['-m', ...words], { cwd: agent, yields: true })
      lines.push(code === 0 ? `ok     ${words.join(' ')}` : `FAILED ${words.join(' ')}\n${output}`)
      const passed = code === 0 ? 1 : 0
      add(total, { passed, failed: 0, skipped: 0 }, code, `agent: ${words.join(' ')}`)
    }
    return lines.join('\n')
  },
})

const journeys = (env) => ({
  name: 'journeys in a browser',
  work: async () => {
    const cwd = join(home, 'e2e')
    const report = join(cwd, 'test-results', 'report.json')
    rmSync(report, { force: true })
    const words = [module('@playwright', 'test', 'cli.js'), 'test']
    const { code, output } = await run(packagedNode(), words, { cwd, env, only: true })
    add(total, readReport(report, playwrightCounts) ?? NO_REPORT, code, 'journeys')
    return output
  },
})

/** What `use` makes of a report, null where there is none that can be read. */
function readReport(file, use) {
  try {
    return use(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return null
  }
}

async function installPage() {
  await installPackages()
  await buildClient()
  await ensureChromium()
  add(total, await check(), 0, 'check')
}

async function main() {
  const started = Date.now()
  const [pythons] = await Promise.all([testPythons(), installPage()])
  const { main: python, others, validators, jupyter } = pythons
  const own = testEnvironment()
  process.once('exit', own.remove)
  const factor = process.env.YESTERDAY_TEST_PATIENCE || String(Math.max(WHOLE_SUITE, patience))
  // The agent's tests start kernels on the Python that they run on.
  const { YESTERDAY_TEST_PYTHON: _, ...given } = own.env
  const agentEnv = { ...given, YESTERDAY_TEST_PATIENCE: factor }
  const env = {
    ...agentEnv,
    YESTERDAY_TEST_PYTHON: python,
    YESTERDAY_PYTHON: python,
    YESTERDAY_TEST_JUPYTER: jupyter,
    ...(others.length === 0 ? {} : { YESTERDAY_TEST_OTHER_PYTHON: others.at(-1).python }),
    YESTERDAY_TEST_VALIDATORS: validators,
  }
  say('\n== tests')
  const bridge = vitest('kernel-bridge', env, ['--exclude', FLOOD])
  const flood = vitest('kernel-bridge', env, [FLOOD], { name: 'a-flood-of-output', yields: true })
  const [exact, thorough] = ['not thorough', 'thorough'].map((which) =>
    pytest('3.11', python, which, agentEnv),
  )
  const agents = others.map((other) => pytest(other.version, other.python, 'not thorough', agentEnv))
  const waiting = [vitest('client', env), vitest('server', env), bridge, journeys(env)]
  await inLanes(LANES, waiting, [lintAgent(python), exact, flood, thorough, ...agents], say)
  say(`\n${((Date.now() - started) / 60_000).toFixed(1)} minutes`)
}

try {
  await main()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  total.failed += 1
}
for (const line of total.which) say(`- ${line}`)
if (total.unsteady > 0) say(`${total.unsteady} of them passed only when tried again: "unsteady" above`)
say(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`)
process.exitCode = total.failed === 0 ? 0 : 1
