/**
 * What private layers hold beside the real files below them. Invariant: nothing is followed out of a layer, and only
 * what differs is named.
 */
import { createHash } from 'node:crypto'
import { createReadStream, type Stats } from 'node:fs'
import { lstat, readdir, readlink } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join, relative } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Written } from './isolation.ts'

export interface ChangedLayer {
  readonly folder: string
  /** Null where the folder is itself private, and not an overlay. */
  readonly upper: string | null
}

/** More are not listed. */
const MOST = 2000
/** Caches that programs keep for themselves. */
const NOISE = /(^|\/)(__pycache__|\.ipynb_checkpoints|\.pytest_cache|\.mypy_cache)(\/|$)|\.pyc$/
const HOME_NOISE = ['.cache', '.config', '.ipython', '.jupyter', '.local/share/jupyter', '.nv', '.triton']
/** Also where `MPLCONFIGDIR` or another home has it. */
const PLOT_NOISE = /(^|\/)\.(cache|config)\/matplotlib(\/|$)/
const SYSTEM_NOISE = /^\/(tmp|var\/tmp)\/(ipykernel_|matplotlib-|torchinductor_|tmp[a-z0-9_]{8}(\/|$))/

/** `view` leads from a path to the kernel's file. */
export async function layerChanges(
  layers: readonly ChangedLayer[],
  view: (path: string) => string,
  cwd: string,
): Promise<readonly Written[]> {
  const walk = new Walk(view, cwd)
  for (const { folder, upper } of layers) await walk.folder(folder, upper ?? view(folder), upper === null)
  return walk.found.toSorted((a, b) => (a.path < b.path ? -1 : 1))
}

/**
 * Every file of the layers, by path, with its size and times: what is written changes it, also where the bytes stay the
 * same. A folder is named where it is new or has another mode; else it is there only to hold what was written.
 */
export async function layerMarks(
  layers: readonly ChangedLayer[],
  view: (path: string) => string,
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>()
  const mark = async (folder: string, place: string, isFlat: boolean): Promise<void> => {
    for (const entry of await readdir(place, { withFileTypes: true }).catch(() => [])) {
      const [path, at] = [join(folder, entry.name), join(place, entry.name)]
      if (isNoise(path)) continue
      const [now, before] = await Promise.all([real(at), entry.isDirectory() ? real(path) : null])
      if (!entry.isDirectory()) found.set(path, `${now?.size} ${now?.mtimeMs} ${now?.ctimeMs}`)
      else if (before?.mode !== now?.mode) found.set(path, `folder ${now?.mode}`)
      if (entry.isDirectory() && !isFlat) await mark(path, at, false)
    }
  }
  for (const { folder, upper } of layers) await mark(folder, upper ?? view(folder), upper === null)
  return found
}

class Walk {
  readonly found: Written[] = []
  readonly #view: (path: string) => string
  readonly #cwd: string

  constructor(view: (path: string) => string, cwd: string) {
    this.#view = view
    this.#cwd = cwd
  }

  /** `upper`: the place of what was written below `folder`. `isFlat`: its folders are layers of their own. */
  async folder(folder: string, upper: string, isFlat: boolean): Promise<void> {
    const written = await readdir(upper, { withFileTypes: true }).catch(() => [])
    for (const entry of written) {
      const path = join(folder, entry.name)
      if (isNoise(path) || this.found.length >= MOST) continue
      if (!entry.isDirectory()) await this.#file(path, join(upper, entry.name))
      else if (!isFlat || (await real(path)) === null) await this.folder(path, join(upper, entry.name), false)
    }
    await this.#takenAway(folder, new Set(written.map(({ name }) => name)), isFlat)
  }

  /** Names that are on disk and not in the kernel's view: of a folder that was removed and made again. */
  async #takenAway(folder: string, written: ReadonlySet<string>, isFlat: boolean): Promise<void> {
    if (isFlat) return
    const there = await readdir(this.#view(folder)).catch(() => null)
    if (there === null) return
    const seen = new Set(there)
    for (const name of await readdir(folder).catch(() => []))
      if (!seen.has(name) && !written.has(name)) await this.#deleted(join(folder, name))
  }

  async #file(path: string, place: string): Promise<void> {
    const [now, before] = [await lstat(place).catch(() => null), await real(path)]
    if (now === null) return
    if (isWhiteout(now)) {
      if (before !== null) await this.#deleted(path)
      return
    }
    if (!now.isFile() && !now.isSymbolicLink()) return
    if (before !== null && (await isSame(path, before, place, now))) return
    this.#add(path, before === null ? 'created' : 'changed', now, before, place, await digestOf(place, now))
  }

  async #deleted(path: string): Promise<void> {
    const before = await real(path)
    if (before === null || isNoise(path) || this.found.length >= MOST) return
    if (before.isDirectory())
      for (const name of await readdir(path).catch(() => [])) await this.#deleted(join(path, name))
    else if (before.isFile() || before.isSymbolicLink()) this.#add(path, 'deleted', null, before, null, null)
  }

  #add(
    path: string,
    change: Written['change'],
    now: Stats | null,
    before: Stats | null,
    bytesAt: string | null,
    digest: string | null,
  ): void {
    const inside = relative(this.#cwd, path)
    const name = inside.startsWith('..') ? path : inside
    const sizes = { size: now?.size ?? null, sizeOnDisk: before?.size ?? null }
    const known = before && { size: before.size, mtimeMs: before.mtimeMs }
    this.found.push({ name, path, change, ...sizes, digest, kept: false, bytesAt, before: known })
  }
}

const real = (path: string): Promise<Stats | null> => lstat(path).catch(() => null)

/** As an overlay marks what was deleted (https://docs.kernel.org/filesystems/overlayfs.html#whiteouts-and-opaque-directories). */
const isWhiteout = (facts: Stats): boolean => facts.isCharacterDevice() && facts.rdev === 0

/** Whether an absolute path is that of a cache, which programs keep for themselves. */
export function isNoise(path: string): boolean {
  const inHome = relative(homedir(), path)
  return (
    NOISE.test(path) ||
    PLOT_NOISE.test(path) ||
    SYSTEM_NOISE.test(path) ||
    HOME_NOISE.some((folder) => inHome === folder || inHome.startsWith(`${folder}/`))
  )
}

async function isSame(path: string, before: Stats, place: string, now: Stats): Promise<boolean> {
  if (before.isSymbolicLink() && now.isSymbolicLink())
    return (await readlink(path)) === (await readlink(place))
  if (!before.isFile() || !now.isFile() || before.size !== now.size) return false
  return (await digestOf(path, before)) === (await digestOf(place, now))
}

async function digestOf(path: string, facts: Stats): Promise<string | null> {
  if (!facts.isFile()) return null
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return `sha256:${hash.digest('hex')}`
}
