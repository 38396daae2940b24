/**
 * `people.json`, mode 600, of the project's state in the user's own folder: who may sign in and the secret that signs their
 * cookies. A project folder or a backup of it never has it. Invariant: a change is on the disk before `save` returns.
 */
import { randomBytes } from 'node:crypto'
import { renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { Role } from '../../contract/route.ts'
import { readStateFile } from '../disk/state-file.ts'
import { syncFolder } from '../disk/sync-folder.ts'

/** A person as others see them. `color` is a CSS colour, legible as a caret on light and dark. */
export const Person = z.object({ id: z.string(), name: z.string(), color: z.string() })
export type Person = z.infer<typeof Person>

export const StoredPassword = z.object({ salt: z.base64(), hash: z.base64(), cost: z.number().int() })
export type StoredPassword = z.infer<typeof StoredPassword>

/** `id` is the credential id as base64url, `host` its RP ID, `counter` the signature counter of its last sign-in. */
export const StoredPasskey = z.object({
  id: z.string(),
  publicKey: z.base64(),
  counter: z.number().int(),
  host: z.string(),
  name: z.string(),
  created: z.string(),
  used: z.string().nullable(),
})
export type StoredPasskey = z.infer<typeof StoredPasskey>

/** `expires` is absent for a session that lasts as long as its cookie. */
const StoredSession = z.object({
  id: z.string(),
  device: z.string(),
  created: z.string(),
  used: z.string(),
  expires: z.string().optional(),
  /** A sealed proof with which the provider is asked again (`provided-sessions.ts`). */
  proof: z.string().optional(),
  /** The session at the provider. */
  sid: z.string().optional(),
})
export type StoredSession = z.infer<typeof StoredSession>

/**
 * Who a person is at a provider. `via` is the provider's name. `firstRole` is the role that it named for the beginning,
 * which owners may change here; null where the provider decides the role.
 */
const StoredIdentity = z.object({
  issuer: z.string(),
  subject: z.string(),
  via: z.string(),
  firstRole: Role.nullable().default(null),
})
export type StoredIdentity = z.infer<typeof StoredIdentity>

/** `named`: the person chose the name. Without a way to sign in it is a guest, who is forgotten with the last session. */
const StoredPerson = Person.extend({
  since: z.string(),
  named: z.boolean().default(false),
  role: Role,
  password: StoredPassword.nullable(),
  passkeys: z.array(StoredPasskey).default([]),
  /** Such a person signs in through the provider alone. */
  identity: StoredIdentity.nullable().default(null),
  sessions: z.array(StoredSession),
})
export type StoredPerson = z.infer<typeof StoredPerson>

/** Came by the link of the terminal, and has no other way to sign in. */
export const isGuest = (person: Pick<StoredPerson, 'password' | 'passkeys' | 'identity'>): boolean =>
  person.password === null && person.passkeys.length === 0 && person.identity === null

/** `digest` is that of the link's secret, which is not stored. */
const StoredInvitation = z.object({
  id: z.string(),
  digest: z.string(),
  role: Role,
  created: z.string(),
  expires: z.string(),
  usesLeft: z.number().int(),
  by: z.string(),
})
export type StoredInvitation = z.infer<typeof StoredInvitation>

const PeopleFile = z.object({
  version: z.literal(2),
  key: z.base64(),
  people: z.array(StoredPerson),
  invitations: z.array(StoredInvitation),
})
export type PeopleFile = z.infer<typeof PeopleFile>

/** Before there were roles and sessions: all were owners, and a cookie named the person. */
const FirstPeopleFile = z.object({
  version: z.literal(1),
  key: z.base64(),
  people: z.array(Person.extend({ since: z.string(), named: z.boolean().default(false) })),
})

export class PeopleStore {
  file: PeopleFile
  readonly #path: string
  #saved: string

  constructor(folder: string) {
    this.#path = join(folder, 'people.json')
    this.file = this.#read() ?? { version: 2, key: newKey(), people: [], invitations: [] }
    this.#saved = JSON.stringify(this.file)
  }

  /**
   * Writes the file, synced, in the place of the one before. Where that fails, what was changed is undone. Throws what the
   * file system throws.
   */
  save(): void {
    const text = JSON.stringify(this.file, null, 2)
    try {
      this.#write(text)
      this.#saved = text
    } catch (error) {
      this.file = PeopleFile.parse(JSON.parse(this.#saved))
      throw error
    }
  }

  #write(text: string): void {
    const temporary = `${this.#path}.new`
    writeFileSync(temporary, text, { mode: 0o600, flush: true })
    renameSync(temporary, this.#path)
    syncFolder(dirname(this.#path))
  }

  /** A damaged file costs new sign-ins, never the start. It is kept under another name. */
  #read(): PeopleFile | null {
    return readStateFile(this.#path, (json) => {
      const current = PeopleFile.safeParse(json)
      return current.success ? current.data : migrated(FirstPeopleFile.parse(json))
    }).value
  }
}

const newKey = (): string => randomBytes(32).toString('base64')

/** Each person stays an owner, and their cookie goes on as a session of the same name. */
function migrated({ key, people }: z.infer<typeof FirstPeopleFile>): PeopleFile {
  const upgraded = people.map((person): StoredPerson => {
    const session = { id: person.id, device: '', created: person.since, used: person.since }
    return { ...person, role: 'owner', password: null, passkeys: [], identity: null, sessions: [session] }
  })
  return { version: 2, key, people: upgraded, invitations: [] }
}
