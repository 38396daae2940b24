/** `notify.json`, mode 600, of the project's state in the user's own folder: what each person chose, and their secrets. */
import { randomBytes } from 'node:crypto'
import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { NotificationSettings } from '../../contract/notifications.ts'
import { readStateFile } from '../disk/state-file.ts'

const Chosen = NotificationSettings.extend({ secret: z.string() })
export type Chosen = z.infer<typeof Chosen>
const File = z.record(z.string(), Chosen)
const MOST_PEOPLE = 5_000

export const NOTHING_CHOSEN: NotificationSettings = {
  email: null,
  webhook: null,
  kinds: ['mention', 'reply', 'run'],
  language: 'en',
}

export class SettingsStore {
  readonly #path: string
  readonly #people: Map<string, Chosen>

  /** Where a file that could not be read was put: the choices in it are lost to those who made them. */
  readonly setAside: string | null

  constructor(folder: string) {
    this.#path = join(folder, 'notify.json')
    const { value, setAside } = readStateFile(this.#path, (json) => File.parse(json))
    this.#people = new Map(Object.entries(value ?? {}))
    this.setAside = setAside
  }

  of(person: string): Chosen | null {
    return this.#people.get(person) ?? null
  }

  /** Keeps the choice, and a secret that changes with the webhook. Throws what the file system throws. */
  set(person: string, settings: NotificationSettings): Chosen {
    const known = this.#people.get(person)
    const isSame = known !== undefined && known.webhook === settings.webhook
    const chosen = { ...settings, secret: isSame ? known.secret : randomBytes(32).toString('base64url') }
    this.#people.delete(person)
    this.#people.set(person, chosen)
    const [oldest] = this.#people.keys()
    if (this.#people.size > MOST_PEOPLE && oldest !== undefined) this.#people.delete(oldest)
    this.#save()
    return chosen
  }

  #save(): void {
    const temporary = `${this.#path}.new`
    writeFileSync(temporary, JSON.stringify(Object.fromEntries(this.#people)), { mode: 0o600, flush: true })
    renameSync(temporary, this.#path)
  }
}
