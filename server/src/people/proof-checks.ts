/**
 * Asks a provider again and again whether those whom it signed in may still come in. Invariant: a session is used for a few
 * minutes at most after the provider would refuse it; while the provider is down, a little longer.
 */
import { inBackground } from '@yesterday/kernel-bridge/background'
import type { Recording } from './audit.ts'
import type { People } from './people.ts'
import { type IdentityProvider, ProviderError } from './provider.ts'

/** The provider's last answer counts for that long, ms. */
const CHECK_MS = 3 * 60_000
/** Sockets of one page open together, ms. */
const TOGETHER_MS = 2000
/** A provider that is down ends sessions after this time, ms. */
const GRACE_MS = 15 * 60_000
/** How often sessions in use are looked at, ms. */
const LOOK_MS = 30_000

export interface ProofChecksParts {
  readonly provider: IdentityProvider
  readonly people: People
  readonly record: Recording
  /** ms. */
  readonly now?: () => number
  readonly onProblem: (error: unknown) => void
}

interface Checked {
  /** When the provider last said yes; -Infinity if it did not in this process. */
  at: number
  usedAt: number
  running: Promise<void> | null
}

export class ProofChecks {
  readonly #parts: ProofChecksParts
  readonly #now: () => number
  readonly #checked = new Map<string, Checked>()
  readonly #firstAt: number

  constructor(parts: ProofChecksParts) {
    this.#parts = parts
    this.#now = parts.now ?? (() => Date.now())
    this.#firstAt = this.#now()
  }

  /** Looks at sessions in use from now on. */
  start(): void {
    setInterval(() => this.look(), LOOK_MS).unref()
  }

  /** The session is in use: an open socket, for example. */
  used(session: string): void {
    const known = this.#checked.get(session)
    if (known !== undefined) known.usedAt = this.#now()
  }

  /** Checks what was used since its last check and is too old. */
  look(): void {
    const open = new Set(this.#parts.people.provided.ids())
    for (const [session, { at, usedAt }] of this.#checked)
      if (!open.has(session)) this.#checked.delete(session)
      else if (usedAt > at) inBackground(this.confirm(session), 'asking the provider about a session')
  }

  /**
   * Settles when the session was checked, if its last check is too old; `isFresh` where it must be a new one. A session
   * that does not hold any more has ended then.
   */
  async confirm(session: string, isFresh = false): Promise<void> {
    if (this.#parts.provider.check === undefined) return
    const known = this.#checked.get(session) ?? { at: -Infinity, usedAt: 0, running: null }
    this.#checked.set(session, known)
    known.usedAt = this.#now()
    const longest = isFresh ? TOGETHER_MS : CHECK_MS
    if (known.running === null && this.#now() - known.at < longest) return
    known.running ??= this.#check(session, known).finally(() => {
      known.running = null
    })
    await known.running
  }

  async #check(session: string, known: Checked): Promise<void> {
    const { people, provider, onProblem } = this.#parts
    const found = people.provided.find(session)
    if (found === null) return
    const { person, proof } = found
    if (proof === null || provider.check === undefined) return this.#end(session, person)
    try {
      const { issuer, subject, role, decidesRole } = await provider.check(proof)
      const isSame = issuer === person.identity.issuer && subject === person.identity.subject
      if (role === null || !isSame) return this.#end(session, person)
      known.at = this.#now()
      const before = people.provided.takeRole(person.id, role, decidesRole)
      const now = people.memberRole(person.id)
      if (before !== now)
        this.#record('role-changed', person, { role: now ?? '', before: before ?? '', how: provider.name })
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error
      if (error.kind === 'refused') return this.#end(session, person)
      onProblem(error)
      if (this.#now() - Math.max(known.at, this.#firstAt) > GRACE_MS) this.#end(session, person)
    }
  }

  #end(session: string, person: Person): void {
    const { people, provider } = this.#parts
    this.#checked.delete(session)
    people.endSessions(person.id, ({ id }) => id === session)
    this.#record('signed-out', person, { how: provider.name })
  }

  #record(action: 'role-changed' | 'signed-out', { id, name }: Person, about: Record<string, string>): void {
    this.#parts.record({ action, by: { id, name }, address: null, about: { person: name, ...about } })
  }
}

interface Person {
  readonly id: string
  readonly name: string
}
