/** The kinds of Slurm jobs that the user added: `slurm.json`, mode 600, in the user's own folder, outside every project. */
import { join } from 'node:path'
import { SlurmEntry, slurmProblem } from '@yesterday/kernel-bridge'
import { z } from 'zod'
import { MOST_SLURM, SavedSlurm, type SlurmDraft } from '../../contract/slurm.ts'
import { usableServers } from './jupyter-servers.ts'
import { usableHosts } from './ssh-hosts.ts'
import { readUserFile, writeUserFile } from './user-file.ts'
import { userFolder } from './user-folder.ts'

const File = z.object({ version: z.literal(1), entries: z.array(SlurmEntry).max(MOST_SLURM) })
const NAME = 'slurm.json'

/** Why a kind of job could not be read or saved. `hint` says what to do. */
export class SlurmSettingsError extends Error {
  readonly code: 'damagedSlurm' | 'tooManySlurm' | 'badSlurm'
  readonly hint: string

  constructor(code: SlurmSettingsError['code'], message: string, hint: string) {
    super(message)
    this.code = code
    this.hint = hint
  }
}

/** None if there is no file. Throws `SlurmSettingsError` if it is damaged. */
export function readSlurm(folder: string = userFolder()): readonly SlurmEntry[] {
  const path = join(folder, NAME)
  const json = readUserFile(path)
  if (json === undefined) return []
  const parsed = File.safeParse(json)
  if (parsed.success) return parsed.data.entries
  throw new SlurmSettingsError(
    'damagedSlurm',
    `Could not read ${path}: it is damaged.`,
    'Correct it, or delete it and add its entries again.',
  )
}

/** The entries, or none where they cannot be read: a damaged file stops no kernel of this machine. */
export function usableSlurm(folder: string = userFolder()): readonly SlurmEntry[] {
  try {
    return readSlurm(folder)
  } catch {
    return []
  }
}

/** Throws `SlurmSettingsError` with what is wrong with a value. */
export function slurmOf(id: string, draft: z.output<typeof SlurmDraft>): SlurmEntry {
  const entry = { id, ...draft }
  const problem = slurmProblem(entry)
  if (problem === null) return SlurmEntry.parse(entry)
  throw new SlurmSettingsError('badSlurm', problem, 'Nothing was saved. Correct the value.')
}

/** Adds or replaces one. Throws `SlurmSettingsError` where it cannot. */
export function saveSlurm(entry: SlurmEntry, folder: string = userFolder()): void {
  if ([...usableServers(folder), ...usableHosts(folder)].some(({ id }) => id === entry.id))
    throw new SlurmSettingsError(
      'badSlurm',
      `A Jupyter server or a machine is called ${entry.id}.`,
      'Nothing was saved. Choose another short name.',
    )
  if (entry.host !== null && !usableHosts(folder).some(({ id }) => id === entry.host))
    throw new SlurmSettingsError(
      'badSlurm',
      `There is no host ${entry.host}.`,
      'Nothing was saved. Add the login host first: yesterday hosts add.',
    )
  const rest = readSlurm(folder).filter(({ id }) => id !== entry.id)
  if (rest.length >= MOST_SLURM)
    throw new SlurmSettingsError(
      'tooManySlurm',
      `There are ${MOST_SLURM} kinds of jobs already.`,
      'Remove one that you no longer need.',
    )
  write(folder, [...rest, entry])
}

/** False if there is none of this name. */
export function removeSlurm(id: string, folder: string = userFolder()): boolean {
  const before = readSlurm(folder)
  const rest = before.filter((one) => one.id !== id)
  if (rest.length < before.length) write(folder, rest)
  return rest.length < before.length
}

/** An entry as the page shows it. */
export const shownSlurm = (entry: SlurmEntry): SavedSlurm => SavedSlurm.parse(entry)

function write(folder: string, entries: readonly SlurmEntry[]): void {
  const sorted = [...entries].sort((a, b) => (a.id < b.id ? -1 : 1))
  writeUserFile(folder, NAME, { version: 1, entries: sorted })
}
