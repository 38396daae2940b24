/**
 * Named connections of SQL cells: `connections.json`, mode 600, in the user's own folder, outside every project. Kernels
 * read the same file (`sql_cells/connections.py`). Invariant: a password leaves this file only to a kernel.
 */
import { join } from 'node:path'
import { z } from 'zod'
import {
  ConnectionName,
  ConnectionUrl,
  HIDDEN,
  MOST_CONNECTIONS,
  type SavedConnection,
} from '../../contract/connections.ts'
import { readUserFile, writeUserFile } from './user-file.ts'
import { userFolder } from './user-folder.ts'

const Entry = z.object({ name: ConnectionName, url: ConnectionUrl })
const File = z.object({ version: z.literal(1), connections: z.array(Entry).max(MOST_CONNECTIONS) })
const NAME = 'connections.json'

/** Why a connection could not be saved or read. `hint` says what to do. */
export class ConnectionError extends Error {
  readonly code: 'damagedConnections' | 'passwordNeeded' | 'tooManyConnections'
  readonly hint: string

  constructor(code: ConnectionError['code'], message: string, hint: string) {
    super(message)
    this.code = code
    this.hint = hint
  }
}

/** With their secrets; none if there is no file. Throws `ConnectionError` if the file is damaged. */
export function readConnections(folder: string = userFolder()): readonly SavedConnection[] {
  const path = join(folder, NAME)
  const json = readUserFile(path)
  if (json === undefined) return []
  const parsed = File.safeParse(json)
  if (parsed.success) return parsed.data.connections
  throw new ConnectionError(
    'damagedConnections',
    `Could not read ${path}: it is damaged.`,
    'Correct it, or delete it and add the connections again.',
  )
}

/** Adds or replaces one. Throws `ConnectionError` if a masked password cannot be filled in. */
export function saveConnection(name: string, url: string, folder: string = userFolder()): void {
  const before = readConnections(folder)
  const whole = url.includes(HIDDEN) ? filledIn(url, before.find((one) => one.name === name)?.url) : url
  const rest = before.filter((one) => one.name !== name)
  if (rest.length >= MOST_CONNECTIONS)
    throw new ConnectionError(
      'tooManyConnections',
      `There are ${MOST_CONNECTIONS} connections already.`,
      'Remove one that you no longer need.',
    )
  write(folder, [...rest, { name, url: whole }])
}

/** False if there is none of this name. */
export function removeConnection(name: string, folder: string = userFolder()): boolean {
  const before = readConnections(folder)
  const rest = before.filter((one) => one.name !== name)
  if (rest.length < before.length) write(folder, rest)
  return rest.length < before.length
}

function write(folder: string, connections: readonly SavedConnection[]): void {
  const sorted = [...connections].sort((a, b) => (a.name < b.name ? -1 : 1))
  writeUserFile(folder, NAME, { version: 1, connections: sorted })
}

/** User, password and place of the authority; the password may hold anything but a slash. */
const PASSWORD = /^([A-Za-z][\w+.-]*:\/\/[^:@/?#]*:)([^/]*)(?=@)/
const SECRET_PARAMETER = /([?&;][^=&;]*(?:password|passwd|pwd|token|secret|key)[^=&;]*=)([^&;]+)/gi

/** The URL with its password, and its secret parameters, masked. */
export const maskedUrl = (url: string): string =>
  url.replace(PASSWORD, `$1${HIDDEN}`).replace(SECRET_PARAMETER, `$1${HIDDEN}`)

/** The secrets in a URL, as written and decoded. */
export function urlSecrets(url: string): readonly string[] {
  const found = [PASSWORD.exec(url)?.[2], ...[...url.matchAll(SECRET_PARAMETER)].map((match) => match[2])]
  const written = found.filter((one): one is string => one !== undefined && one !== '')
  return [...new Set([...written, ...written.map(decoded)])]
}

/** The secrets of all that can be read. */
export function connectionSecrets(folder: string = userFolder()): readonly string[] {
  try {
    return readConnections(folder).flatMap(({ url }) => urlSecrets(url))
  } catch {
    return []
  }
}

/**
 * A masked URL with the secrets of the saved one. Only if nothing else changed before the path: a password must not be
 * sent to another host than the one that it was saved for.
 */
function filledIn(url: string, saved: string | undefined): string {
  const shown = saved === undefined ? '' : maskedUrl(saved)
  if (saved !== undefined && shown === url) return saved
  const [kept, old] = [authority(url), authority(shown)]
  const filled = saved === undefined || kept !== old ? url : authority(saved) + url.slice(kept.length)
  if (!filled.includes(HIDDEN)) return filled
  throw new ConnectionError(
    'passwordNeeded',
    'The password is needed again, as another part of the URL changed.',
    `Write the password in place of ${HIDDEN}.`,
  )
}

const authority = (url: string): string => /^[^:]*:\/\/[^/?#]*/.exec(url)?.[0] ?? ''

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
