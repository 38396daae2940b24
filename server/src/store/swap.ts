/**
 * Puts another database in the place of `history.db`, and sets the present one aside, with its WAL, in a folder of its
 * own. Invariant: a program that dies on the way leaves a file that says what was meant; `finishSwap` does the rest. A
 * WAL never meets a database that it does not belong to.
 */
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { z } from 'zod'
import { readRegularSync } from '../disk/regular-file.ts'

/** Where a history is; see `StorePaths`. */
interface Paths {
  readonly folder: string
  readonly database: string
}

const Swap = z.object({
  /** The file that becomes `history.db`; null where there is none yet. */
  fresh: z.string().nullable(),
  /** The folder for what was there. */
  aside: z.string(),
})

const markerOf = (paths: Paths): string => join(paths.folder, 'swap.json')

/** A name with the date for what is set aside, not taken yet: `damaged-2026-12-01T10-15-00`. */
export function asideName(paths: Paths, kind: string, now: Date): string {
  const name = `${kind}-${now.toISOString().slice(0, 19).replaceAll(':', '-')}`
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? name : `${name}-${number}`
    if (!existsSync(join(paths.folder, candidate))) return candidate
  }
}

/**
 * The folder is made where there is something to set aside. `fresh` is a file in the folder of the history, without a WAL; null leaves
 * none. Both are names, not paths.
 */
export function swapDatabase(paths: Paths, fresh: string | null, aside: string): void {
  const marker = markerOf(paths)
  writeFileSync(`${marker}.new`, JSON.stringify({ fresh, aside }), { mode: 0o600, flush: true })
  renameSync(`${marker}.new`, marker)
  finishSwap(paths)
}

/** Completes a swap that was begun. Does nothing where none was. */
export function finishSwap(paths: Paths): void {
  const marker = markerOf(paths)
  if (!existsSync(marker)) return
  const { fresh, aside } = Swap.parse(JSON.parse(readRegularSync(marker).toString()))
  const target = join(paths.folder, basename(aside))
  for (const suffix of ['', '-wal']) {
    const oldPath = join(target, `history.db${suffix}`)
    if (!existsSync(`${paths.database}${suffix}`) || existsSync(oldPath)) continue
    mkdirSync(target, { recursive: true, mode: 0o700 })
    renameSync(`${paths.database}${suffix}`, oldPath)
  }
  rmSync(`${paths.database}-shm`, { force: true })
  if (fresh !== null && existsSync(join(paths.folder, basename(fresh))))
    renameSync(join(paths.folder, basename(fresh)), paths.database)
  rmSync(marker)
}
