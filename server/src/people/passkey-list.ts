/** The passkeys of the members. Invariant: a credential id belongs to one member, who keeps a way to sign in. */
import { createHash } from 'node:crypto'
import type { Passkey } from '../../contract/passkeys.ts'
import type { PeopleStore, StoredPasskey, StoredPerson } from './people-store.ts'

const MOST_PASSKEYS = 20

export class PasskeyList {
  readonly #store: PeopleStore
  readonly #now: () => Date

  constructor(store: PeopleStore, now: () => Date) {
    this.#store = store
    this.#now = now
  }

  /** True if a member can sign in by passkey. */
  get hasAny(): boolean {
    return this.#people.some(({ passkeys }) => passkeys.length > 0)
  }

  of(person: string): readonly Passkey[] {
    return this.#of(person).map(({ id, name, host, created, used }) => ({
      id: publicId(id),
      name,
      host,
      created,
      lastUsed: used,
    }))
  }

  /** The ids of a person's credentials for a host, so that an authenticator makes no second one. */
  credentialsOf(person: string, host: string): readonly string[] {
    return this.#of(person)
      .filter((one) => one.host === host)
      .map(({ id }) => id)
  }

  /** The passkey of a credential, and its owner. */
  find(credential: string): { readonly person: StoredPerson; readonly passkey: StoredPasskey } | null {
    for (const person of this.#people) {
      const passkey = person.passkeys.find(({ id }) => id === credential)
      if (passkey !== undefined) return { person, passkey }
    }
    return null
  }

  /** `named` and lasting from now on, a guest becomes a member. */
  add(person: string, passkey: StoredPasskey): 'added' | 'missing' | 'known' | 'full' {
    const found = this.#people.find(({ id }) => id === person)
    if (found === undefined) return 'missing'
    if (this.find(passkey.id) !== null) return 'known'
    if (found.passkeys.length >= MOST_PASSKEYS) return 'full'
    found.passkeys = [...found.passkeys, passkey]
    found.named = true
    this.#store.save()
    return 'added'
  }

  /** `id` as in `of`. `lastWay`: without it the person could not sign in again. */
  remove(person: string, id: string): StoredPasskey | 'missing' | 'lastWay' {
    const found = this.#people.find((one) => one.id === person)
    const passkey = found?.passkeys.find((one) => publicId(one.id) === id)
    if (found === undefined || passkey === undefined) return 'missing'
    if (found.password === null && found.passkeys.length === 1) return 'lastWay'
    found.passkeys = found.passkeys.filter((one) => one !== passkey)
    this.#store.save()
    return passkey
  }

  /** Saves the counter of a sign-in that was verified. */
  signedIn(credential: string, counter: number): void {
    const found = this.find(credential)
    if (found === null) return
    Object.assign(found.passkey, { counter, used: this.#now().toISOString() })
    this.#store.save()
  }

  get #people(): readonly StoredPerson[] {
    return this.#store.file.people
  }

  #of(person: string): readonly StoredPasskey[] {
    return this.#people.find(({ id }) => id === person)?.passkeys ?? []
  }
}

const publicId = (credential: string): string =>
  createHash('sha256').update(credential).digest('hex').slice(0, 20)
