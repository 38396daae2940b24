/**
 * `npm run proof jupyter`: the suites and clients of others against this server. Prints for each how many of its tests
 * passed, do not apply, or failed. Code of others is fetched into the cache and never into the repository. It needs git,
 * the network and some minutes; YESTERDAY_JUDGE_JUPYTERLAB names a git directory of jupyterlab/jupyterlab to take instead.
 */
import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { home, packagedNode } from '../command.js'

const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'yesterday', 'judges')
const program = join(home, 'server', 'bin', 'yesterday.js')
const shim = join(home, 'server', 'setup', 'judges', 'jupyter-shim.js')
const client = join(home, 'integrations', 'python')
const LAB = 'v4.6.3'
const LAB_SOURCE = 'https://github.com/jupyterlab/jupyterlab'

/** Tests of services that this server does not offer. */
const NOT_APPLICABLE = [
  ['setting', 'JupyterLab keeps its settings with its own server'],
  ['workspace', 'JupyterLab keeps its workspaces with its own server'],
  ['nbconvert', 'notebooks are exported by /api/export'],
  ['event', 'there are no server events'],
]

const passed = (name, count) => ({ name, passed: count, notApplicable: 0, failed: [] })

export async function judgeJupyter() {
  mkdirSync(cache, { recursive: true })
  const python = installPython()
  const judges = [
    ['clients', () => judgeClients(python)],
    ['schema', () => judgeSchema(python)],
    ['services', () => judgeServices(python)],
    ['cuts', () => judgeCuts(python)],
  ]
  const wanted = process.argv.slice(3)
  const verdicts = []
  for (const [name, judge] of judges) {
    if (wanted.length > 0 && !wanted.includes(name)) continue
    verdicts.push(...(await judge()))
  }
  report(verdicts)
  return verdicts.every(({ failed }) => failed.length === 0) ? 0 : 1
}

function report(verdicts) {
  const lines = ['', 'passed  not applicable  failed']
  for (const { name, passed: count, notApplicable, failed } of verdicts) {
    const numbers = [
      String(count).padStart(6),
      String(notApplicable).padStart(14),
      String(failed.length).padStart(6),
    ]
    lines.push(`${numbers.join('  ')}  ${name}`, ...failed.map((test) => `${' '.repeat(26)}- ${test}`))
  }
  for (const [part, why] of NOT_APPLICABLE) lines.push(`not applicable: ${part}: ${why}`)
  process.stdout.write(`${lines.join('\n')}\n`)
}

/** Kernels of a Jupyter Server, whose connection is cut 100 times: no output is lost or doubled. */
async function judgeCuts(python) {
  const words = [join(home, 'node_modules', 'vitest', 'vitest.mjs'), 'run', 'test/jupyter-provider.test.ts']
  words.push('--test-timeout=600000')
  const env = { ...process.env, YESTERDAY_TEST_JUPYTER: python, YESTERDAY_CUTS: '100', NO_COLOR: '1' }
  const { code, out } = await perform(packagedNode(), words, { cwd: join(home, 'kernel-bridge'), env })
  const name = 'kernels of a Jupyter Server over 100 cuts'
  if (code === 0) return [passed(name, Number(/Tests\D*(\d+) passed/.exec(out)?.[1] ?? 0))]
  process.stderr.write(out)
  return [{ name, passed: 0, notApplicable: 0, failed: [name] }]
}

/** A Python with the clients of others, and ours for nbclient and papermill. */
function installPython() {
  const folder = join(cache, 'python')
  const python = join(folder, 'bin', 'python')
  if (!existsSync(python)) {
    execFileSync(process.env.YESTERDAY_JUDGE_PYTHON ?? 'python3', ['-m', 'venv', folder])
    const packages = ['jupyterlab==4.6.*', 'jupyter-kernel-client', 'schemathesis', 'papermill', 'ipykernel']
    execFileSync(python, ['-m', 'pip', 'install', '--quiet', ...packages], { stdio: 'inherit' })
  }
  execFileSync(python, ['-m', 'pip', 'install', '--quiet', '--no-deps', '--force-reinstall', client])
  return python
}

/** Serves an empty folder with a new home while `work` runs. */
async function withServer(python, work) {
  const root = mkdtempSync(join(tmpdir(), 'judge-'))
  const own = mkdtempSync(join(tmpdir(), 'judge-home-'))
  const token = 'a-token-for-judges'
  const words = [program, 'bridge', root, '--no-restart', '--port', '0', '--python', python]
  const server = spawn(packagedNode(), words, {
    env: { ...process.env, HOME: own, YESTERDAY_HOME: join(own, 'yesterday'), YESTERDAY_TOKEN: token },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise((resolve) => server.once('exit', resolve))
  try {
    return await work({ origin: await addressOf(server), token, scratch: mkdtempSync(join(own, 's-')), own })
  } finally {
    server.kill()
    await ended
    for (const folder of [root, own]) rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

function addressOf(server) {
  return new Promise((resolve, reject) => {
    let printed = ''
    server.stdout.on('data', (chunk) => {
      printed += chunk
      const [origin] = /http:\/\/127\.0\.0\.1:\d+/.exec(printed) ?? []
      if (origin !== undefined) resolve(origin)
    })
    server.once('exit', (code) => reject(new Error(`the server ended with ${code}: ${printed}`)))
  })
}

/** Runs a program; settles with its code and what it printed. */
function perform(command, words, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, words, { stdio: ['ignore', 'pipe', 'inherit'], ...options })
    let out = ''
    child.stdout.on('data', (chunk) => {
      out += chunk
    })
    child.once('exit', (code) => resolve({ code, out }))
  })
}

/** nbclient, papermill, jupyter-kernel-client, and a JupyterLab whose kernels are ours. */
function judgeClients(python) {
  return withServer(python, async ({ origin, token, scratch, own }) => {
    const script = join(home, 'server', 'setup', 'judges', 'clients.py')
    const env = { ...process.env, HOME: own }
    const { out } = await perform(python, [script, origin, token, scratch], { env })
    const lines = out.split('\n').filter((line) => line.startsWith('{'))
    const results = lines.map((line) => JSON.parse(line))
    for (const { name, problem } of results) if (problem !== null) console.error(`${name}:\n${problem}`)
    const failed = results.filter(({ problem }) => problem !== null).map(({ name }) => name)
    return [{ ...passed('clients of others', results.length - failed.length), failed }]
  })
}

/** schemathesis over Jupyter Server's own OpenAPI document. Statuses of refusals are not in it. */
function judgeSchema(python) {
  return withServer(python, async ({ origin, token, scratch }) => {
    const where = 'import jupyter_server, os; print(os.path.dirname(jupyter_server.__file__))'
    const folder = execFileSync(python, ['-c', where], { encoding: 'utf8' }).trim()
    const junit = join(scratch, 'junit.xml')
    const words = [
      ...['run', join(folder, 'services', 'api', 'api.yaml'), '--url', origin],
      ...['--header', `Authorization: token ${token}`, '--no-color', '--max-examples', '20'],
      ...['--checks', 'not_a_server_error,content_type_conformance,response_schema_conformance'],
      ...['--exclude-path-regex', 'spec|resolve', '--phases', 'coverage,fuzzing'],
      ...['--report', 'junit', '--report-junit-path', junit],
    ]
    // It keeps what it found in the working directory.
    await perform(join(python, '..', 'schemathesis'), words, { cwd: scratch })
    const cases = readFileSync(junit, 'utf8').split('<testcase ').slice(1)
    const nameOf = (text) => /name="([^"]*)"/.exec(text)?.[1] ?? ''
    const failed = cases.filter((text) => /<(?:failure|error)/.test(text)).map(nameOf)
    return [{ ...passed('schemathesis, operations', cases.length - failed.length), failed }]
  })
}

/** The tests of `@jupyterlab/services`, against the package of npm and this server. */
async function judgeServices(python) {
  const folder = join(cache, 'services')
  prepareServices(folder)
  const bin = join(folder, 'bin')
  const file = join(folder, 'results.json')
  const jest = join(folder, 'node_modules', 'jest', 'bin', 'jest.js')
  const path = [bin, join(python, '..'), process.env.PATH].join(delimiter)
  await perform(packagedNode(), [jest, '-i', '--silent', '--json', `--outputFile=${file}`], {
    cwd: folder,
    env: { ...process.env, PATH: path },
  })
  const { testResults } = JSON.parse(readFileSync(file, 'utf8'))
  const areNot = ({ name }) => NOT_APPLICABLE.some(([part]) => name.includes(join('test', part)))
  const verdict = { ...passed(`@jupyterlab/services ${LAB}`, 0) }
  for (const suite of testResults) {
    for (const { status, fullName } of suite.assertionResults) {
      if (status === 'passed') verdict.passed++
      else if (status !== 'failed' || areNot(suite)) verdict.notApplicable++
      else verdict.failed.push(fullName)
    }
    if (suite.assertionResults.length === 0) verdict.failed.push(`${suite.name}: ${suite.message}`)
  }
  return [verdict]
}

const JEST = `const base = require('@jupyterlab/testing/lib/jest-config')(__dirname)
module.exports = {
  ...base,
  reporters: ['default'],
  testTimeout: 30000,
  moduleNameMapper: {
    ...base.moduleNameMapper,
    '^\\\\.\\\\./(?:\\\\.\\\\./)?src$': '@jupyterlab/services',
    '^\\\\.\\\\./(?:\\\\.\\\\./)?src/(.*)$': '@jupyterlab/services/lib/$1',
  },
  transform: {
    ...base.transform,
    '^.+\\\\.tsx?$': ['ts-jest/legacy', { tsconfig: './tsconfig.json', diagnostics: false }],
  },
}
`
const TSCONFIG = {
  compilerOptions: {
    ...{ target: 'ES2020', module: 'commonjs', moduleResolution: 'node', esModuleInterop: true },
    ...{ jsx: 'react', resolveJsonModule: true, skipLibCheck: true, isolatedModules: true },
  },
}

function prepareServices(folder) {
  mkdirSync(join(folder, 'bin'), { recursive: true })
  if (!existsSync(join(folder, 'node_modules'))) {
    writeFileSync(join(folder, 'package.json'), '{"private":true}')
    const packages = [
      '@jupyterlab/testing@4.6',
      '@jupyterlab/services@7.6',
      '@jupyterlab/coreutils@6.6',
      'ws',
    ]
    const words = ['install', '--no-audit', '--no-fund', '--ignore-scripts', ...packages]
    execFileSync('npm', words, { cwd: folder, stdio: 'inherit' })
  }
  if (!existsSync(join(folder, 'test'))) extractTests(folder)
  writeFileSync(join(folder, 'jest.config.js'), JEST)
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(TSCONFIG))
  const lab = join(folder, 'bin', 'jupyter-lab')
  const node = packagedNode()
  writeFileSync(lab, `#!/bin/sh\nYESTERDAY_JUDGE_PROGRAM='${program}' exec '${node}' '${shim}' "$@"\n`)
  chmodSync(lab, 0o755)
}

function extractTests(folder) {
  let git = process.env.YESTERDAY_JUDGE_JUPYTERLAB
  if (git === undefined) {
    git = join(cache, 'jupyterlab.git')
    if (!existsSync(git))
      execFileSync('git', ['clone', '--bare', '--depth', '1', '--branch', LAB, LAB_SOURCE, git])
  }
  const archive = execFileSync('git', [`--git-dir=${git}`, 'archive', LAB, 'packages/services/test'], {
    maxBuffer: 2 ** 28,
  })
  execFileSync('tar', ['x', '-C', folder, '--strip-components=2'], { input: archive })
}
