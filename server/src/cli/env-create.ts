/** `yesterday env create NOTEBOOK [FOLDER]`: an environment as the lock of a notebook says, and a kernel of it. */
import { basename, dirname, isAbsolute, join, resolve } from 'node:path'
import { findUv } from '../code-tools/read-packages.ts'
import { readRegular } from '../disk/regular-file.ts'
import { createEnvironment, isFree, kernelName, type Maker } from '../environments/create-environment.ts'
import {
  hasInline,
  type Lock,
  lockName,
  type ParsedLock,
  parseInline,
  parseLock,
} from '../environments/lock-file.ts'
import { lockedText } from '../environments/requirement.ts'
import { onPath } from '../setup/candidates.ts'
import { environmentPython } from '../setup/environment-paths.ts'
import { findPythons } from '../setup/interpreters.ts'
import { surroundings } from '../user/surroundings.ts'
import { isRefusal, printJson, printLines, printNote, type Refusal } from './answer.ts'
import type { EnvOptions } from './env.ts'
import { readNamed } from './run.ts'
import { counted } from './text.ts'

/** Bytes of a lock. */
const LARGEST_LOCK = 2 ** 20

export async function createFromLock(
  notebook: string,
  named: string | undefined,
  options: EnvOptions,
): Promise<Refusal | null> {
  const lock = await readLock(notebook)
  if (isRefusal(lock)) return lock
  const addresses = lock.packages.filter((one) => 'url' in one)
  if (addresses.length > 0 && !options.urls) return namesAddresses(addresses.map(lockedText))
  const folder = resolve(named ?? join(dirname(notebook), '.venv'))
  if (!(await isFree(folder))) return notFree(folder)
  const here = surroundings()
  const maker = await makerOf(lock, options)
  if (isRefusal(maker)) return maker
  const name = kernelName(notebook, folder)
  const displayName = `${basename(notebook).replace(/\.ipynb$/i, '')} (Python ${lock.python})`
  const kernel = options.register ? { name, displayName } : null
  const failure = await createEnvironment({ lock, folder, maker, kernel, here, report: printNote })
  if (failure !== null) return failed(failure.step, failure.said, folder)
  const python = environmentPython(folder, here)
  if (options.json) printJson({ folder, python, packages: lock.packages.length, kernel })
  else
    printLines([
      `${folder}: Python ${lock.python}, ${counted(lock.packages.length, 'package')}`,
      ...(kernel === null ? [] : [`kernel ${kernel.name}: choose “${displayName}” in the notebook`]),
    ])
  return null
}

/** The file beside the notebook; without one, the block in the notebook. */
async function readLock(notebook: string): Promise<Lock | Refusal> {
  const beside = join(dirname(notebook), lockName(basename(notebook)))
  const bytes = await readRegular(beside, LARGEST_LOCK).catch((error: NodeJS.ErrnoException) => error)
  if (!(bytes instanceof Error)) return understood(beside, parseLock(bytes.toString()))
  if (bytes.code !== 'ENOENT') return badLock(beside, bytes.message)
  const read = await readNamed(notebook, resolve(notebook))
  if (isRefusal(read)) return read
  const cell = read.file.form.cells.find(({ type, source }) => type === 'code' && hasInline(source))
  return cell === undefined
    ? noLock(notebook)
    : understood(`The block in ${notebook}`, parseInline(cell.source))
}

const understood = (place: string, parsed: ParsedLock): Lock | Refusal =>
  parsed.ok ? parsed.lock : badLock(place, `line ${parsed.line} ${parsed.why}`)

/** uv where it is on the path; else a Python of the same minor version, or the one that is named. */
async function makerOf(lock: Lock, { python }: EnvOptions): Promise<Maker | Refusal> {
  if (python !== undefined) return { kind: 'pip', python }
  const here = surroundings()
  const path = here.env.PATH ?? ''
  const uv = await findUv(path)
  if (uv !== null) return { kind: 'uv', program: uv }
  const minor = lock.python.split('.').slice(0, 2).join('.')
  const folders = path.split(here.path.delimiter).filter(isAbsolute)
  const places = folders.map((folder) => ({ label: null, paths: [join(folder, `python${minor}`)] }))
  const pythons = await findPythons([...places, ...onPath(here)], here)
  const base = pythons.find(({ probed }) => probed.version.join('.') === minor)
  return base === undefined ? noSuchPython(minor) : { kind: 'pip', python: base.python }
}

const refusal = (code: string, message: string, hint: string): Refusal => ({ code, message, hint, exit: 1 })

const noLock = (notebook: string) =>
  refusal('no-lock', `${notebook} has no lock.`, `Write one where it runs: yesterday env lock ${notebook}`)
const badLock = (place: string, why: string) =>
  refusal('bad-lock', `${place}: ${why}`, 'Write it again where it runs: yesterday env lock NOTEBOOK')
const notFree = (folder: string) =>
  refusal(
    'not-empty',
    `${folder} is there and is not empty.`,
    'Name another folder, or remove this one first.',
  )
const noSuchPython = (minor: string) =>
  refusal(
    'no-python',
    `There is no Python ${minor} on the search path.`,
    'Install it or uv, or name one: --python PATH',
  )
const namesAddresses = (lines: readonly string[]) =>
  refusal(
    'names-addresses',
    `The lock names packages by addresses: ${lines.join(', ')}`,
    'Code from there runs when it is installed. Add --urls if you trust these addresses.',
  )
const failed = (step: string, said: string, folder: string) =>
  refusal('not-made', `${step} failed:\n${said}`, `Remove ${folder} before you try again.`)
