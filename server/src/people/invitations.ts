/** Invitations: links that make members. Invariant: the file has the digest of a link's secret, never the secret. */
import { createHash, randomBytes } from 'node:crypto'
import type { Invitation, NewInvitation } from '../../contract/people.ts'
import { equalSecrets } from '../store/equal-secrets.ts'
import type { PeopleStore, StoredInvitation } from './people-store.ts'

const MOST_INVITATIONS = 200
const DAY_MS = 24 * 3600 * 1000

export class Invitations {
  readonly #store: PeopleStore
  readonly #now: () => Date

  constructor(store: PeopleStore, now: () => Date) {
    this.#store = store
    this.#now = now
  }

  /** Those that can still be used. */
  get open(): readonly Invitation[] {
    return this.#open.map(shown)
  }

  /** `by` is the name of the owner. `full` where too many are open. */
  make(
    { role, days, uses }: NewInvitation,
    by: string,
  ): { readonly invitation: Invitation; readonly secret: string } | 'full' {
    if (this.#open.length >= MOST_INVITATIONS) return 'full'
    const secret = randomBytes(24).toString('base64url')
    const now = this.#now().getTime()
    const made: StoredInvitation = {
      id: randomBytes(8).toString('hex'),
      digest: digestOf(secret),
      role,
      created: new Date(now).toISOString(),
      expires: new Date(now + days * DAY_MS).toISOString(),
      usesLeft: uses,
      by,
    }
    this.#store.file.invitations = [...this.#open, made]
    this.#store.save()
    return { invitation: shown(made), secret }
  }

  /** False where there is none of this id. */
  revoke(id: string): boolean {
    const others = this.#open.filter((one) => one.id !== id)
    if (others.length === this.#open.length) return false
    this.#store.file.invitations = others
    this.#store.save()
    return true
  }

  /** The invitation of a link; null where it was revoked, used or is too old. */
  find(secret: string): Invitation | null {
    const found = this.#find(secret)
    return found === undefined ? null : shown(found)
  }

  /** Takes one use. The caller saves by adding the member at once, so that both are on the disk or neither. */
  spend(secret: string): boolean {
    const found = this.#find(secret)
    if (found === undefined) return false
    found.usesLeft--
    this.#store.file.invitations = this.#open
    return true
  }

  #find(secret: string): StoredInvitation | undefined {
    const digest = digestOf(secret)
    return this.#open.find((one) => equalSecrets(one.digest, digest))
  }

  get #open(): StoredInvitation[] {
    const now = this.#now().toISOString()
    return this.#store.file.invitations.filter(({ expires, usesLeft }) => usesLeft > 0 && expires > now)
  }
}

const digestOf = (secret: string): string => createHash('sha256').update(secret).digest('base64url')

const shown = ({ digest: _, ...invitation }: StoredInvitation): Invitation => invitation
