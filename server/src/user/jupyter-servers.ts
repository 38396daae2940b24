/**
 * The Jupyter servers that the user added: `jupyter-servers.json`, mode 600, in the user's own folder, outside every
 * project. Invariant: a token is sent only to the address that it was entered for.
 */
import { join } from 'node:path'
import { z } from 'zod'
import {
  MOST_SERVERS,
  type SavedServer,
  ServerCa,
  type ServerDraft,
  ServerId,
  ServerToken,
  ServerUrl,
} from '../../contract/jupyter-servers.ts'
import { holderOf } from './place-names.ts'
import { readUserFile, writeUserFile } from './user-file.ts'
import { userFolder } from './user-folder.ts'

const Entry = z.object({
  id: ServerId,
  title: z.string().min(1).max(80),
  url: ServerUrl,
  token: ServerToken,
  ca: ServerCa.nullable(),
  timeoutMs: z.number().int().min(500).max(120_000),
})
/** A server with its token. */
export type ServerEntry = z.infer<typeof Entry>

const File = z.object({ version: z.literal(1), servers: z.array(Entry).max(MOST_SERVERS) })
const NAME = 'jupyter-servers.json'

/** Why servers could not be read or saved. `hint` says what to do. */
export class ServersError extends Error {
  readonly code: 'damagedServers' | 'tooManyServers' | 'nameInUse'
  readonly hint: string

  constructor(code: ServersError['code'], message: string, hint: string) {
    super(message)
    this.code = code
    this.hint = hint
  }
}

/** With their tokens; none if there is no file. Throws `ServersError` if the file is damaged. */
export function readServers(folder: string = userFolder()): readonly ServerEntry[] {
  const path = join(folder, NAME)
  const json = readUserFile(path)
  if (json === undefined) return []
  const parsed = File.safeParse(json)
  if (parsed.success) return parsed.data.servers
  throw new ServersError(
    'damagedServers',
    `Could not read ${path}: it is damaged.`,
    'Correct it, or delete it and add the servers again.',
  )
}

/** The servers, or none where they cannot be read: a damaged file stops no kernel of this machine. */
export function usableServers(folder: string = userFolder()): readonly ServerEntry[] {
  try {
    return readServers(folder)
  } catch {
    return []
  }
}

/** What a draft means, with what was saved before. */
export function serverOf(
  id: string,
  draft: z.output<typeof ServerDraft>,
  folder: string = userFolder(),
): ServerEntry {
  const before = readServers(folder).find((one) => one.id === id && one.url === draft.url)
  const { title, url, timeoutMs } = draft
  const token = draft.token === undefined ? (before?.token ?? '') : (draft.token ?? '')
  const ca = draft.ca === undefined ? (before?.ca ?? null) : draft.ca
  return { id, title, url, token, ca, timeoutMs }
}

/** Adds or replaces one. */
export function saveServer(server: ServerEntry, folder: string = userFolder()): void {
  const rest = readServers(folder).filter(({ id }) => id !== server.id)
  const holder = holderOf(server.id, NAME, folder)
  if (holder !== null)
    throw new ServersError(
      'nameInUse',
      `${holder} is called ${server.id}.`,
      'Kernels are called KERNEL@NAME: choose another name.',
    )
  if (rest.length >= MOST_SERVERS)
    throw new ServersError(
      'tooManyServers',
      `There are ${MOST_SERVERS} Jupyter servers already.`,
      'Remove one that you no longer need.',
    )
  write(folder, [...rest, server])
}

/** False if there is none of this name. */
export function removeServer(id: string, folder: string = userFolder()): boolean {
  const before = readServers(folder)
  const rest = before.filter((one) => one.id !== id)
  if (rest.length < before.length) write(folder, rest)
  return rest.length < before.length
}

/** What of a server may be shown. */
export const shownServer = ({ id, title, url, token, ca, timeoutMs }: ServerEntry): SavedServer => ({
  id,
  title,
  url,
  hasToken: token !== '',
  hasCa: ca !== null,
  timeoutMs,
})

/** The tokens of all that can be read. */
export const serverTokens = (folder: string = userFolder()): readonly string[] =>
  usableServers(folder).flatMap(({ token }) => (token === '' ? [] : [token]))

function write(folder: string, servers: readonly ServerEntry[]): void {
  const sorted = [...servers].sort((a, b) => (a.id < b.id ? -1 : 1))
  writeUserFile(folder, NAME, { version: 1, servers: sorted })
}
