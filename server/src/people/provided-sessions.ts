/** Sessions of people whom a provider signed in. Invariant: a proof is on the disk sealed with the user's own key. */
import type { Seal } from '@yesterday/kernel-bridge'
import type { Role } from '../../contract/route.ts'
import { userSeal } from '../secrets/user-seal.ts'
import type { PeopleStore, StoredIdentity, StoredPerson, StoredSession } from './people-store.ts'
import type { EndedAtProvider } from './provider.ts'

/** What a session has from the provider. */
export interface Provided {
  /** With which the provider is asked later; absent where it cannot be asked. */
  readonly proof?: string | undefined
  /** The session at the provider (`sid` of OpenID Connect). */
  readonly sid?: string | undefined
}

export interface ProvidedSession {
  readonly person: StoredPerson & { readonly identity: StoredIdentity }
  /** Null where it cannot be opened. */
  readonly proof: string | null
}

const PLACE = 'session-proof'

export class ProvidedSessions {
  readonly #store: PeopleStore
  readonly #seal: Seal

  constructor(store: PeopleStore, seal: Seal = userSeal()) {
    this.#store = store
    this.#seal = seal
  }

  /** The fields of a new session. */
  fields({ proof, sid }: Provided): Pick<StoredSession, 'proof' | 'sid'> {
    return {
      ...(proof !== undefined && { proof: this.#sealed(proof) }),
      ...(sid !== undefined && { sid: sid.slice(0, 1000) }),
    }
  }

  /** Ids of the sessions of people whom a provider signed in. */
  ids(): readonly string[] {
    const provided = this.#store.file.people.filter(({ identity }) => identity !== null)
    return provided.flatMap(({ sessions }) => sessions.map(({ id }) => id))
  }

  /** Ids of the sessions of a person whom a provider signed in, oldest first. */
  ofPerson(id: string): readonly string[] {
    const person = this.#store.file.people.find((one) => one.id === id)
    return person?.identity == null ? [] : person.sessions.map((session) => session.id)
  }

  /** Null where there is no such session, or the person signs in here. */
  find(session: string): ProvidedSession | null {
    for (const person of this.#store.file.people) {
      const { identity } = person
      const found = person.sessions.find(({ id }) => id === session)
      if (found === undefined) continue
      return identity === null ? null : { person: { ...person, identity }, proof: this.#opened(found.proof) }
    }
    return null
  }

  /** Takes the role that the provider names now. Returns the role before. */
  takeRole(id: string, role: Role, decidesRole: boolean): Role | null {
    const person = this.#store.file.people.find((one) => one.id === id)
    if (person === undefined || person.identity === null) return null
    const before = person.role
    const next = roleAfter(person, role, decidesRole)
    const firstRole = decidesRole ? null : role
    if (next === before && firstRole === person.identity.firstRole) return before
    person.role = next
    person.identity = { ...person.identity, firstRole }
    this.#store.save()
    return before
  }

  /** Ends the sessions that ended at the provider. One without a `sid` ends with any of its person. Returns whose they were. */
  end({ issuer, subject, sid }: EndedAtProvider): readonly Ended[] {
    const ended: Ended[] = []
    for (const person of this.#store.file.people) {
      const { identity, sessions } = person
      const isOther = subject !== null && identity?.subject !== subject
      if (identity === null || identity.issuer !== issuer || isOther) continue
      const open = sessions.filter(
        (one) => sid !== null && (one.sid ?? (subject === null ? '' : sid)) !== sid,
      )
      if (open.length === sessions.length) continue
      ended.push({ id: person.id, name: person.name })
      person.sessions = open
    }
    if (ended.length > 0) this.#store.save()
    return ended
  }

  #sealed(proof: string): string {
    return Buffer.from(this.#seal.seal(Buffer.from(proof), PLACE)).toString('base64')
  }

  #opened(sealed: string | undefined): string | null {
    try {
      return sealed === undefined
        ? null
        : Buffer.from(this.#seal.open(Buffer.from(sealed, 'base64'), PLACE)).toString()
    } catch {
      // Another machine key, or a damaged file: the person signs in again.
      return null
    }
  }
}

interface Ended {
  readonly id: string
  readonly name: string
}

/** What an owner chose here stays, until the provider names another role than it did. */
export function roleAfter(
  { role, identity }: Pick<StoredPerson, 'role' | 'identity'>,
  named: Role,
  decidesRole: boolean,
): Role {
  return !decidesRole && identity?.firstRole === named ? role : named
}
