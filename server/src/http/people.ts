/**
 * Who has signed in, and the secret that signs their cookies; `.yesterday/people.json`, mode 600. Invariant: a cookie
 * is good while its signature is ours and its person is in this file, so that a restart keeps people in and signing out
 * throws them out.
 */
import { createHmac, randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { equalSecrets } from '../store/equal-secrets.ts'

/** A person as others see them. `color` is a CSS colour, legible as a caret on light and dark. */
export const Person = z.object({ id: z.string(), name: z.string(), color: z.string() })
export type Person = z.infer<typeof Person>

const PeopleFile = z.object({
  version: z.literal(1),
  key: z.base64(),
  people: z.array(Person.extend({ since: z.string() })),
})
type PeopleFile = z.infer<typeof PeopleFile>

/** Told apart by people who see colours differently, and legible on white and on near-black. */
export const caretColors = [
  '#0b7285',
  '#c2255c',
  '#5f3dc4',
  '#2b8a3e',
  '#d9480f',
  '#1864ab',
  '#a61e4d',
  '#846204',
]

/** Ninety days: after that a browser signs in anew. */
export const COOKIE_LIFE_SECONDS = 90 * 24 * 3600

export class People {
  readonly #path: string
  readonly #now: () => Date
  #file: PeopleFile

  constructor(folder: string, now: () => Date = () => new Date()) {
    this.#path = join(folder, 'people.json')
    this.#now = now
    this.#file = readPeople(this.#path) ?? { version: 1, key: randomBytes(32).toString('base64'), people: [] }
    this.#write()
  }

  /** Somebody new, named after this machine's user until they choose. */
  admit(name = userName()): Person {
    const color = caretColors[this.#file.people.length % caretColors.length] ?? '#0b7285'
    const person = { id: randomBytes(10).toString('hex'), name, color }
    this.#file.people.push({ ...person, since: this.#now().toISOString() })
    this.#write()
    return person
  }

  /** Changes how a person is shown; null when they have signed out meanwhile. */
  rename(id: string, change: { readonly name?: string; readonly color?: string }): Person | null {
    const found = this.#file.people.find((person) => person.id === id)
    if (!found) return null
    Object.assign(found, change)
    this.#write()
    return Person.parse(found)
  }

  /** Every cookie of this person stops working now. */
  dismiss(id: string): void {
    this.#file.people = this.#file.people.filter((person) => person.id !== id)
    this.#write()
  }

  /** The cookie's value: id and signature. */
  cookieFor(person: Person): string {
    return `${person.id}.${this.#sign(person.id)}`
  }

  /** The person of a cookie's value; null when it is forged, dismissed or too old. */
  recognise(cookie: string | undefined): Person | null {
    const [id, signature] = (cookie ?? '').split('.')
    if (!id || !signature || !equalSecrets(signature, this.#sign(id))) return null
    const found = this.#file.people.find((person) => person.id === id)
    if (!found) return null
    const age = (this.#now().getTime() - Date.parse(found.since)) / 1000
    return age > COOKIE_LIFE_SECONDS ? null : { id: found.id, name: found.name, color: found.color }
  }

  #sign(id: string): string {
    return createHmac('sha256', Buffer.from(this.#file.key, 'base64')).update(id).digest('base64url')
  }

  #write(): void {
    const temporary = `${this.#path}.new`
    writeFileSync(temporary, JSON.stringify(this.#file, null, 2), { mode: 0o600 })
    renameSync(temporary, this.#path)
  }
}

/** The folder of what is ours alone, mode 700. */
export function makePrivateFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
}

/** A damaged file costs a new sign-in, never the start. */
function readPeople(path: string): PeopleFile | null {
  try {
    return PeopleFile.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    return null
  }
}

function userName(): string {
  try {
    return userInfo().username
  } catch {
    return 'You'
  }
}
