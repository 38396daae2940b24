/**
 * The Pythons of the tests: private environments in the user's cache folder, with the packages that the lock names. Each
 * lock has an environment of its own, so two checkouts with different locks do not replace each other's.
 */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { run, say, step } from './command.js'
import { requirementsOf } from './python-lists.js'
import { installer } from './python-packages.js'
import { isFresh, markFresh } from './stamp.js'

const isWindows = process.platform === 'win32'
const MAIN = '3.11'
const OTHERS = ['3.10', '3.12', '3.13']

/** What of them many tests import: compiled now, or the first tests would wait for it. */
const imported = [
  'duckdb',
  'ipykernel.kernelapp',
  'matplotlib.pyplot',
  'pandas',
  'polars',
  'pyarrow',
  'sklearn.ensemble',
  'sklearn.linear_model',
  'sqlalchemy',
]

/** Python keeps what it compiles: kernels by the hundred would compile their libraries again. */
const keepCompiled = { PYTHONDONTWRITEBYTECODE: '' }

export const cacheFolder = (name) =>
  join(
    process.env.XDG_CACHE_HOME ??
      (isWindows ? (process.env.LOCALAPPDATA ?? homedir()) : join(homedir(), '.cache')),
    'yesterday',
    name,
  )

const pythonIn = (folder) => join(folder, isWindows ? 'Scripts/python.exe' : 'bin/python')

/** The programs that may be a version: on the path, then those that pyenv keeps. */
function candidates(version) {
  const root = process.env.PYENV_ROOT ?? join(homedir(), '.pyenv')
  const versions = existsSync(join(root, 'versions')) ? readdirSync(join(root, 'versions')) : []
  const ofPyenv = versions
    .filter((name) => name.startsWith(`${version}.`))
    .map((name) => join(root, 'versions', name, 'bin', 'python'))
  return [`python${version}`, 'python3', 'python', ...ofPyenv]
}

/** The program of a version; null where it is not here. */
async function find(version) {
  for (const program of candidates(version)) {
    const { code, output } = await run(program, [
      '-c',
      'import sys, venv; print("%d.%d" % sys.version_info[:2], sys.executable)',
    ])
    const [found, path] = output.trim().split(' ')
    if (code === 0 && found === version && path) return path
  }
  return null
}

/** `{hash, folder, stamp}` of the environment for a list of packages. */
function placeOf(version, packages) {
  const hash = createHash('sha256').update(packages.join('\n')).digest('hex')
  const folder = cacheFolder(`test-python-${version}-${hash.slice(0, 8)}`)
  return { hash, folder, stamp: join(folder, '.made') }
}

/** The Python that most tests use. Only its environment is looked at if it is there. */
export async function mainPython() {
  const { hash, folder, stamp } = placeOf(MAIN, requirementsOf('full'))
  return isFresh(stamp, hash) ? pythonIn(folder) : (await testPythons()).main
}

/** Returns the Python of an environment with these packages; makes the environment by `install` if it is missing. */
async function make({ version, base, packages, imports }, install) {
  const { hash, folder, stamp } = placeOf(version, packages)
  if (isFresh(stamp, hash)) return pythonIn(folder)
  await step(`Making a Python ${version} environment for tests`, base, [
    ...['-m', 'venv', '--clear', '--without-pip', folder],
  ])
  const python = pythonIn(folder)
  await install(`Installing packages of Python ${version}`, python, packages)
  if (imports.length > 0)
    await step(`Compiling packages of Python ${version}`, python, ['-c', `import ${imports.join(', ')}`], {
      env: keepCompiled,
    })
  markFresh(stamp, hash)
  return python
}

/** The Python that makes the environments, and is the base of most. */
export async function basePython() {
  const base = (await find(MAIN)) ?? (await find('3.12')) ?? (await find('3.13'))
  if (base === null) throw new Error('Python 3.11 was not found. Install it, then: npm test')
  return base
}

/** Other notebook programs for the benchmark: `{jupyterlab, marimo}`, the Python of each. */
export async function peerPythons() {
  const base = await basePython()
  const install = installer(base, cacheFolder('uv'))
  const python = (version) => make({ version, base, packages: requirementsOf(version), imports: [] }, install)
  return { jupyterlab: await python('jupyterlab'), marimo: await python('marimo') }
}

/** The Python that has Dask, Ray and Spark. */
export async function machinesPython() {
  const base = await basePython()
  const wanted = { version: 'machines', base, packages: requirementsOf('machines'), imports: [] }
  return make(wanted, installer(base, cacheFolder('uv')))
}

/**
 * `{main, others, validators, jupyter}`: paths of Pythons by version; `others` holds those of the supported versions that
 * are here, `validators` what reads exports, `jupyter` a Jupyter Server.
 */
export async function testPythons() {
  const base = await basePython()
  const found = await Promise.all(OTHERS.map(async (version) => ({ version, base: await find(version) })))
  for (const { version, base: missing } of found)
    if (missing === null) say(`  Python ${version} is not here; its tests are left out`)
  const present = found.filter(({ base: one }) => one !== null)
  const wanted = [
    { version: MAIN, base, packages: requirementsOf('full'), imports: [...imported, 'torch'] },
    ...present.map((one) => ({ ...one, packages: requirementsOf('libraries'), imports: imported })),
    { version: 'jupyter', base, packages: requirementsOf('jupyter'), imports: [] },
    { version: 'validators', base, packages: requirementsOf('validators'), imports: [] },
  ]
  const install = installer(base, cacheFolder('uv'))
  const made = await sideBySide(wanted, (one) => make(one, install))
  return {
    main: made[0],
    others: present.map(({ version }, index) => ({ version, python: made[index + 1] })),
    jupyter: made.at(-2),
    validators: made.at(-1),
  }
}

/** Two at a time: unpacking fills a core. Settles with the result of each, in order. */
async function sideBySide(items, work) {
  const results = []
  const waiting = items.map((item, index) => ({ item, index }))
  const lane = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
      results[next.index] = await work(next.item)
  }
  await Promise.all([lane(), lane()])
  return results
}
