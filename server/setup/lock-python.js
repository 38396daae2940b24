/**
 * `npm run lock:python [LISTS…]`: pins the newest Python packages that fit the lists in `python-lists.js`, for every
 * supported Python and for Linux, macOS and Windows. Run the tests afterwards, and commit the files in `python-lock`.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { run, say } from './command.js'
import { LISTS, lockFile } from './python-lists.js'
import { uvProgram } from './python-packages.js'
import { basePython, cacheFolder } from './test-python.js'

const HEADER = '# Made by `npm run lock:python` from the lists in ../python-lists.js. Do not edit.\n'
const WORDS = ['--universal', '--upgrade', '--no-annotate', '--no-header', '--quiet']

/** What a build of torch for graphics cards needs: pinned by torch itself, and no part of its other builds. */
const OF_A_BUILD = /^(nvidia-|cuda-|triton\b)/

/** A build for one kind of machine, `torch==2.13.0+cpu ; …`, is pinned as the release that every index has. */
function portable(text) {
  const lines = text.split('\n').filter((line) => !OF_A_BUILD.test(line))
  const builds = new Map(
    lines.flatMap((line) => [...line.matchAll(/^([\w.-]+)(==[^\s;+]+)\+/g)].map((m) => [m[1], m[1] + m[2]])),
  )
  return [...new Set(lines.map((line) => builds.get(line.split('==')[0]) ?? line))].join('\n')
}

async function lock(uv, env, [name, { packages, oldest }]) {
  const file = lockFile(name)
  mkdirSync(dirname(file), { recursive: true })
  const source = join(mkdtempSync(join(tmpdir(), 'yesterday-lock-')), `${name}.in`)
  writeFileSync(source, `${packages.join('\n')}\n`)
  const words = ['pip', 'compile', source, '--python-version', oldest, '--output-file', file, ...WORDS]
  const { code, output } = await run(uv, [...words, '--index-strategy', 'unsafe-best-match'], { env })
  rmSync(dirname(source), { recursive: true })
  if (code !== 0) throw new Error(`The packages of "${name}" could not be resolved:\n${output}`)
  const pinned = portable(readFileSync(file, 'utf8'))
  if (/:\/\/|^-/m.test(pinned)) throw new Error(`${file} names a place of packages:\n${pinned}`)
  writeFileSync(file, HEADER + pinned)
  say(`${name}: ${pinned.trimEnd().split('\n').length} pins`)
}

try {
  const { uv, env } = await uvProgram(await basePython(), cacheFolder('uv'))
  if (uv === null)
    throw new Error('uv was not found and could not be installed. Install uv, then: npm run lock:python')
  const names = process.argv.slice(2)
  const wanted = Object.entries(LISTS).filter(([name]) => names.length === 0 || names.includes(name))
  for (const list of wanted) await lock(uv, env, list)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
