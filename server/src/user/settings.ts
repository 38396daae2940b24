/**
 * Settings in two files of JSON: `settings.json` in the user's folder for a person, `yesterday.json` in the project folder
 * for a project, which can be committed. Invariant: keys that this version does not know stay as they are, and a file
 * that cannot be read is never written over.
 */
import { randomBytes } from 'node:crypto'
import { unwatchFile, watchFile } from 'node:fs'
import { lstat, mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, isAbsolute, join } from 'node:path'
import { z } from 'zod'
import {
  type ScopedSettings,
  SETTING_IDS,
  type SettingId,
  type SettingProblem,
  type SettingScope,
  SettingValue,
  whyNotSetting,
} from '../../contract/settings.ts'
import { readRegular } from '../disk/regular-file.ts'

export const PROJECT_SETTINGS = 'yesterday.json'
/** Bytes of the largest file that is read. */
const LIMIT = 256 * 1024
const WATCH_MS = 1000
const Keys = z.record(z.string(), z.unknown())
type Keys = z.infer<typeof Keys>

/** Why a file of settings could not be read or written. `hint` says what to do. */
export class SettingsError extends Error {
  readonly hint: string

  constructor(message: string, hint: string) {
    super(message)
    this.hint = hint
  }
}

/** One file of settings. */
export class SettingsFile {
  readonly path: string
  readonly #scope: SettingScope
  #turn: Promise<unknown> = Promise.resolve()

  constructor(path: string, scope: SettingScope) {
    this.path = path
    this.#scope = scope
  }

  async read(): Promise<ScopedSettings> {
    try {
      return { path: this.path, ...validated(this.#scope, await this.#keys()), damaged: null }
    } catch (error) {
      if (!(error instanceof SettingsError)) throw error
      return { path: this.path, values: {}, problems: [], damaged: error.message }
    }
  }

  /** Sets a value, or takes the setting out with `null`. Throws `SettingsError`. */
  async set(id: SettingId, value: SettingValue | null): Promise<void> {
    const why = value === null ? null : whyNotSetting(this.#scope, id, value)
    if (why !== null) throw new SettingsError(`Could not set \`${id}\`: ${why}`, 'Choose another value.')
    return this.#inTurn(async () => {
      const { [id]: _, ...rest } = await this.#keys()
      await this.#write(value === null ? rest : { ...rest, [id]: value })
    })
  }

  /** Renames the file, so that the defaults count. */
  discard(): Promise<void> {
    return this.#inTurn(async () => {
      await rename(this.path, `${this.path}.${new Date().toISOString().replace(/[:.]/g, '-')}`).catch(
        ignoreMissing,
      )
    })
  }

  /** Calls back when the file has changed, also by another program. Returns the way to stop. */
  watch(changed: () => void): () => void {
    const listener = (): void => changed()
    watchFile(this.path, { interval: WATCH_MS, persistent: false }, listener)
    return () => unwatchFile(this.path, listener)
  }

  /** An empty object if there is no file. */
  async #keys(): Promise<Keys> {
    const text = await this.#text()
    if (text === null) return {}
    const parsed = Keys.safeParse(parseJson(text))
    if (parsed.success) return parsed.data
    throw new SettingsError(`Could not read ${this.path}: it is not a JSON object.`, REPAIR)
  }

  async #text(): Promise<string | null> {
    try {
      const bytes = await readRegular(this.path)
      if (bytes.length <= LIMIT) return bytes.toString('utf8')
    } catch (error) {
      if (isMissing(error)) return null
      const why = error instanceof Error ? error.message : String(error)
      throw new SettingsError(`Could not read ${this.path}: ${why}`, REPAIR)
    }
    throw new SettingsError(`Could not read ${this.path}: it is larger than ${LIMIT / 1024} KiB.`, REPAIR)
  }

  async #write(keys: Keys): Promise<void> {
    const passing = `${this.path}.${randomBytes(6).toString('hex')}`
    try {
      const found = await lstat(this.path).catch(ignoreMissing)
      if (found?.isSymbolicLink()) throw new Error('it is a link')
      await mkdir(dirname(this.path), { recursive: true, mode: 0o700 })
      const mode = found === undefined ? (this.#scope === 'person' ? 0o600 : 0o666) : found.mode & 0o777
      await writeFile(passing, `${JSON.stringify(keys, null, 2)}\n`, { mode })
      await rename(passing, this.path)
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      throw new SettingsError(
        `Could not write ${this.path}: ${why}`,
        'Make the file writable, and try again.',
      )
    } finally {
      await rm(passing, { force: true })
    }
  }

  /** One change after the other: each reads what the one before it wrote. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work, work)
    this.#turn = done.catch(() => undefined)
    return done
  }
}

const REPAIR = 'Correct it, or reset all settings in it.'

function validated(scope: SettingScope, keys: Keys): Pick<ScopedSettings, 'values' | 'problems'> {
  const values: Record<string, SettingValue> = {}
  const problems: SettingProblem[] = []
  for (const id of SETTING_IDS) {
    if (!Object.hasOwn(keys, id)) continue
    const why = whyNotSetting(scope, id, keys[id])
    const value = SettingValue.safeParse(keys[id])
    if (why === null && value.success) values[id] = value.data
    else problems.push({ id, value: JSON.stringify(keys[id]).slice(0, 200), why: why ?? 'It is too long.' })
  }
  return { values, problems }
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT'

function ignoreMissing(error: unknown): undefined {
  if (!isMissing(error)) throw error
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\u{feff}/u, ''))
  } catch {
    return null
  }
}

/**
 * The file of the person who started the server on this machine, the same for all projects: `YESTERDAY_SETTINGS` if that is
 * an absolute path.
 */
export const ownSettingsPath = (userFolder: string, chosen = process.env.YESTERDAY_SETTINGS): string =>
  chosen !== undefined && isAbsolute(chosen) ? chosen : join(userFolder, 'settings.json')
/** The file of another member of a project. `personId` is hex, from the people of the project. */
export const memberSettingsPath = (projectState: string, personId: string): string =>
  join(projectState, 'settings', `${personId.replace(/[^\w-]/g, '_')}.json`)
