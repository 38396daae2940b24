/** The machines that the user reaches by SSH: `ssh-hosts.json`, mode 600, in the user's own folder, outside every project. */
import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { type HostDraft, HostKernel, HostTarget, MOST_HOSTS, SavedHost } from '../../contract/ssh-hosts.ts'
import { holderOf } from './place-names.ts'
import { readUserFile, writeUserFile } from './user-file.ts'
import { userFolder } from './user-folder.ts'

/** A host as it is kept. `config`: a configuration file of ssh, instead of the user's. */
const Entry = SavedHost.extend({ config: z.string().max(4_096).nullable().default(null) })
export type HostEntry = z.infer<typeof Entry>

const File = z.object({ version: z.literal(1), hosts: z.array(Entry).max(MOST_HOSTS) })
const NAME = 'ssh-hosts.json'

/** Why hosts could not be read or saved. `hint` says what to do. */
export class HostsError extends Error {
  readonly code: 'damagedHosts' | 'tooManyHosts' | 'nameInUse'
  readonly hint: string

  constructor(code: HostsError['code'], message: string, hint: string) {
    super(message)
    this.code = code
    this.hint = hint
  }
}

/** None if there is no file. Throws `HostsError` if the file is damaged. */
export function readHosts(folder: string = userFolder()): readonly HostEntry[] {
  const path = join(folder, NAME)
  const json = readUserFile(path)
  if (json === undefined) return []
  const parsed = File.safeParse(json)
  if (parsed.success) return parsed.data.hosts
  throw new HostsError(
    'damagedHosts',
    `Could not read ${path}: it is damaged.`,
    'Correct it, or delete it and add the hosts again.',
  )
}

/** The hosts, or none where they cannot be read: a damaged file stops no kernel of this machine. */
export function usableHosts(folder: string = userFolder()): readonly HostEntry[] {
  try {
    return readHosts(folder)
  } catch {
    return []
  }
}

/** What a draft means. Kernels of the last look stay while the machine is the same. */
export function hostOf(
  id: string,
  draft: z.output<typeof HostDraft>,
  {
    config = null,
    folder = userFolder(),
  }: { readonly config?: string | null; readonly folder?: string } = {},
): HostEntry {
  const before = readHosts(folder).find((one) => one.id === id && one.target === draft.target)
  const isSame = before?.python === draft.python
  return { ...draft, id, kernels: isSame ? before.kernels : [], config: config ?? before?.config ?? null }
}

/** Adds or replaces one. */
export function saveHost(host: HostEntry, folder: string = userFolder()): void {
  const rest = readHosts(folder).filter(({ id }) => id !== host.id)
  const holder = holderOf(host.id, NAME, folder)
  if (holder !== null)
    throw new HostsError(
      'nameInUse',
      `${holder} is called ${host.id}.`,
      'Kernels are called KERNEL@NAME: choose another name.',
    )
  if (rest.length >= MOST_HOSTS)
    throw new HostsError(
      'tooManyHosts',
      `There are ${MOST_HOSTS} hosts already.`,
      'Remove one that you no longer need.',
    )
  write(folder, [...rest, host])
}

/** Keeps what a look found, if the host is still the same. */
export function keepKernels(
  host: HostEntry,
  kernels: HostEntry['kernels'],
  folder: string = userFolder(),
): void {
  const all = readHosts(folder)
  const isSame = (one: HostEntry): boolean =>
    one.id === host.id && one.target === host.target && one.python === host.python
  const read = z.array(HostKernel).max(200).safeParse(kernels)
  if (read.success && all.some(isSame))
    write(
      folder,
      all.map((one) => (isSame(one) ? { ...one, kernels: read.data } : one)),
    )
}

/** False if there is none of this name. */
export function removeHost(id: string, folder: string = userFolder()): boolean {
  const before = readHosts(folder)
  const rest = before.filter((one) => one.id !== id)
  if (rest.length < before.length) write(folder, rest)
  return rest.length < before.length
}

export const shownHost = ({ config: _, ...host }: HostEntry): SavedHost => host

const CONFIG_BYTES = 512 * 1024
const MOST_NAMES = 200

/** The names of `Host` lines of the user's ssh configuration, without patterns. None where it cannot be read. */
export function configuredHosts(path: string = join(homedir(), '.ssh', 'config')): readonly string[] {
  let text: string
  try {
    text = readFileSync(path, 'utf8').slice(0, CONFIG_BYTES)
  } catch {
    return []
  }
  const names = text.split(/\r?\n/).flatMap((line) => {
    const found = /^\s*host(?:\s*=\s*|\s+)(.*)$/i.exec(line)
    return (found?.[1] ?? '').split(/\s+/).map((word) => word.replace(/^"(.*)"$/, '$1'))
  })
  return [...new Set(names)].filter((name) => HostTarget.safeParse(name).success).slice(0, MOST_NAMES)
}

function write(folder: string, hosts: readonly HostEntry[]): void {
  const sorted = [...hosts].sort((a, b) => (a.id < b.id ? -1 : 1))
  writeUserFile(folder, NAME, { version: 1, hosts: sorted })
}
