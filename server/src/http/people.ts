/**
 * Who has signed in, and the secret that signs their cookies: `people.json`, mode 600, of the project's state in the
 * user's own folder, where the author of a project folder cannot put a known key. Invariant: a cookie is good while its signature is ours and its person is in this file, so that a restart keeps people in and signing out
 * throws them out.
 */
import { createHmac, randomBytes } from 'node:crypto'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { PERSON_COLORS } from '../../contract/http.ts'
import { equalSecrets } from '../store/equal-secrets.ts'

/** A person as others see them. `color` is a CSS colour, legible as a caret on light and dark. */
export const Person = z.object({ id: z.string(), name: z.string(), color: z.string() })
export type Person = z.infer<typeof Person>

const PeopleFile = z.object({
  version: z.literal(1),
  key: z.base64(),
  /** `named`: the person chose the name. */
  people: z.array(Person.extend({ since: z.string(), named: z.boolean().default(false) })),
})
type PeopleFile = z.infer<typeof PeopleFile>

/** Ninety days: after that a browser signs in again. */
export const COOKIE_LIFE_SECONDS = 90 * 24 * 3600

/** Each new browser is a person: a program that signs in each night would fill the file. */
const MOST_PEOPLE = 1000

export class People {
  readonly #path: string
  readonly #now: () => Date
  #file: PeopleFile

  constructor(folder: string, now: () => Date = () => new Date()) {
    this.#path = join(folder, 'people.json')
    this.#now = now
    this.#file = readPeople(this.#path) ?? { version: 1, key: randomBytes(32).toString('base64'), people: [] }
    this.#forgetOld()
    this.#write()
  }

  /** Adds a person, named after this machine's user until they choose a name. */
  admit(name = userName()): Person {
    this.#forgetOld()
    const color = PERSON_COLORS[this.#file.people.length % PERSON_COLORS.length] ?? PERSON_COLORS[0]
    const person = { id: randomBytes(10).toString('hex'), name, color }
    this.#file.people.push({ ...person, named: false, since: this.#now().toISOString() })
    this.#write()
    return person
  }

  /** Changes how a person is shown; null when they have signed out meanwhile. */
  rename(id: string, change: { readonly name?: string; readonly color?: string }): Person | null {
    const found = this.#file.people.find((person) => person.id === id)
    if (!found) return null
    Object.assign(found, change, change.name === undefined ? {} : { named: true })
    this.#write()
    return Person.parse(found)
  }

  /** Those who have chosen a name, by name: the people who can be mentioned. */
  known(): readonly { readonly id: string; readonly name: string }[] {
    const people = this.#file.people.filter(({ named }) => named).map(({ id, name }) => ({ id, name }))
    return people.toSorted((one, other) => one.name.localeCompare(other.name))
  }

  /** Whether the person has chosen their name. */
  isNamed(id: string): boolean {
    return this.#file.people.some((person) => person.id === id && person.named)
  }

  /** The person as they are shown at each moment, for what lasts longer than a request. */
  follow(person: Person): Person {
    const now = (): Person => this.#file.people.find(({ id }) => id === person.id) ?? person
    return {
      id: person.id,
      get name() {
        return now().name
      },
      get color() {
        return now().color
      },
    }
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
    return this.#isOld(found) ? null : { id: found.id, name: found.name, color: found.color }
  }

  #isOld({ since }: { readonly since: string }): boolean {
    return (this.#now().getTime() - Date.parse(since)) / 1000 > COOKIE_LIFE_SECONDS
  }

  /** Those whose cookie is too old; where many sign in, the oldest guests, then the oldest of those with a name. */
  #forgetOld(): void {
    const people = this.#file.people.filter((person) => !this.#isOld(person))
    const guestsFirst = people.toSorted((one, other) => Number(one.named) - Number(other.named))
    const gone = new Set(guestsFirst.slice(0, -MOST_PEOPLE))
    this.#file.people = people.filter((person) => !gone.has(person))
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

/** A damaged file costs a new sign-in, never the start. */
function readPeople(path: string): PeopleFile | null {
  try {
    return PeopleFile.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    return null
  }
}

/** The name of this machine's user: the full one where the system knows it. */
export function userName(): string {
  try {
    const { username, uid } = userInfo()
    return fullName(uid) ?? username
  } catch {
    return 'You'
  }
}

/** From the comment field of the user's line (passwd(5)). */
function fullName(uid: number): string | null {
  try {
    const lines = readFileSync('/etc/passwd', 'utf8').split('\n')
    const fields = lines.map((line) => line.split(':')).find(([, , id]) => id === String(uid))
    return fields?.[4]?.split(',')[0]?.trim() || null
  } catch {
    return null
  }
}
