/**
 * What interpreters answered, kept in `pythons.json` of the user's folder so that a second start asks none of them.
 * Invariant: an answer counts only while the program and its package folders are as they were; losing the file costs
 * time alone. A project folder cannot answer for an interpreter.
 */
import { readFile, rename, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import type { Surroundings } from '../user/surroundings.ts'
import { openUserFolder, userFolder } from '../user/user-folder.ts'
import { Probed, probe } from './probe.ts'

const Entry = z.object({
  probed: Probed,
  /** Of the program, then of each package folder: ms, 0 where there is none. */
  modified: z.array(z.number()),
})
const Cache = z.record(z.string(), Entry)
type Cache = z.infer<typeof Cache>
type Entry = z.infer<typeof Entry>

/** Probes by path; those that did not answer are left out. `ask` is the question itself. */
export async function probeAll(
  here: Surroundings,
  pythons: readonly string[],
  ask: typeof probe = probe,
): Promise<ReadonlyMap<string, Probed>> {
  const file = join(userFolder(here), 'pythons.json')
  const known = await readCache(file)
  const asked = await Promise.all(
    [...new Set(pythons)].map(async (python) => ({
      python,
      entry: await answer(python, known[python], ask),
    })),
  )
  const next = { ...known }
  for (const { python, entry } of asked) {
    if (entry === null) delete next[python]
    else next[python] = entry
  }
  if (JSON.stringify(next) !== JSON.stringify(known)) await writeCache(file, next)
  return new Map(asked.flatMap(({ python, entry }) => (entry === null ? [] : [[python, entry.probed]])))
}

async function answer(python: string, known: Entry | undefined, ask: typeof probe): Promise<Entry | null> {
  if (known !== undefined && `${known.modified}` === `${await modifiedTimes(python, known.probed)}`)
    return known
  const probed = await ask(python)
  return probed === null ? null : { probed, modified: await modifiedTimes(python, probed) }
}

const modifiedTimes = (python: string, { packages }: Probed): Promise<number[]> =>
  Promise.all([python, ...packages].map(modifiedAt))

const modifiedAt = (path: string): Promise<number> =>
  stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  )

async function readCache(file: string): Promise<Cache> {
  try {
    return Cache.safeParse(JSON.parse(await readFile(file, 'utf8'))).data ?? {}
  } catch {
    return {}
  }
}

/** Interpreters are asked again each time if the folder cannot be written. */
async function writeCache(file: string, cache: Cache): Promise<void> {
  const temporary = `${file}.${process.pid}.tmp`
  try {
    openUserFolder(dirname(file))
    await writeFile(temporary, JSON.stringify(cache), { mode: 0o600 })
    await rename(temporary, file)
  } catch {
    // Nothing is lost but the next start's half second.
  }
}
