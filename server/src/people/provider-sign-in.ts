/**
 * Signing in through a provider. Invariant: an answer of the provider is accepted once, in the browser that began; the
 * provider decides who comes in and with which role, at each sign-in.
 */
import type { Recording } from './audit.ts'
import { Pending } from './pending.ts'
import type { People } from './people.ts'
import { type IdentityProvider, type ProvedIdentity, ProviderError } from './provider.ts'
import type { SignIn, Visitor } from './sign-in.ts'

/** `expired`: the answer was used, is too old, or is for another browser. `denied`: the person may not come in. */
export type ProviderProblem =
  | { readonly kind: 'expired' | 'denied' | 'unreachable' | 'refused' | 'full' }
  | { readonly kind: 'locked'; readonly waitMs: number }

export type ProviderResult =
  | { readonly ok: true; readonly cookie: string; readonly next: string }
  | { readonly ok: false; readonly problem: ProviderProblem }

interface Begun {
  readonly secrets: Readonly<Record<string, string>>
  readonly redirect: string
  readonly next: string
}

export interface ProviderParts {
  readonly provider: IdentityProvider
  readonly people: People
  readonly signIns: Pick<SignIn, 'addresses'>
  readonly record: Recording
  readonly now: () => Date
  /** Receives why a provider failed, for the terminal. */
  readonly onProblem: (error: unknown) => void
  /** Closes the sockets of people whose rights changed. */
  readonly endRevoked: () => void
}

export class ProviderSignIn {
  readonly #parts: ProviderParts
  readonly #pending: Pending<Begun>

  constructor(parts: ProviderParts) {
    this.#parts = parts
    this.#pending = new Pending(() => parts.now().getTime())
  }

  /** Where the browser goes. `browser` is a secret of it; `next` is where it goes in the end. */
  async begin(
    browser: string,
    { redirect, next }: Pick<Begun, 'redirect' | 'next'>,
    { address }: Visitor,
  ): Promise<URL | ProviderProblem> {
    try {
      const { url, secrets } = await this.#parts.provider.begin(redirect)
      this.#pending.begin(browser, { secrets, redirect, next }, address)
      return url
    } catch (error) {
      return this.#problem(error)
    }
  }

  /** `search` is the query with which the provider led back. */
  async finish(browser: string, search: string, visitor: Visitor): Promise<ProviderResult> {
    const { signIns, provider } = this.#parts
    const begun = this.#pending.take(browser)
    const waitMs = signIns.addresses.waitOf(visitor.address)
    if (waitMs > 0) return failed({ kind: 'locked', waitMs })
    if (begun === null) return failed({ kind: 'expired' })
    signIns.addresses.begin(visitor.address)
    try {
      const proved = await provider.finish(new URL(`${begun.redirect}${search}`), begun.secrets)
      signIns.addresses.forgive(visitor.address)
      return this.#enter(proved, begun.next, visitor)
    } catch (error) {
      const problem = this.#problem(error)
      if (problem.kind === 'unreachable') signIns.addresses.forgive(visitor.address)
      this.#recordFailure(problem.kind, null, visitor)
      return failed(problem)
    }
  }

  /** Ends the sessions of a person who signed out at the provider. False if `notice` is not the provider's. */
  async end(notice: string, { address }: Visitor): Promise<boolean> {
    const { provider, people, signIns, record, endRevoked } = this.#parts
    if (provider.ended === undefined || signIns.addresses.waitOf(address) > 0) return false
    signIns.addresses.begin(address)
    try {
      const ended = people.provided.end(await provider.ended(notice))
      signIns.addresses.forgive(address)
      endRevoked()
      for (const by of ended) record({ action: 'signed-out', by, address, about: { how: provider.name } })
      return true
    } catch (error) {
      if (this.#problem(error).kind === 'unreachable') signIns.addresses.forgive(address)
      return false
    }
  }

  #enter(proved: ProvedIdentity, next: string, { address, device }: Visitor): ProviderResult {
    const { people, provider, record, endRevoked } = this.#parts
    const { issuer, subject, name, role, decidesRole, proof, sid } = proved
    const identity = { issuer, subject, via: provider.name, decidesRole }
    if (role === null) {
      const known = people.endIdentity(identity)
      endRevoked()
      this.#recordFailure('denied', known ?? name, { address, device })
      return failed({ kind: 'denied' })
    }
    const expires = new Date(this.#parts.now().getTime() + provider.sessionMs)
    const entered = people.enter(identity, { name, role, device, expires, proof, sid })
    if (entered === 'full') return failed({ kind: 'full' })
    endRevoked()
    const by = { id: entered.person.id, name: entered.person.name }
    const { before } = entered
    const now = people.memberRole(by.id) ?? role
    if (before !== null && before !== now)
      record({
        action: 'role-changed',
        by,
        address,
        about: { person: by.name, role: now, before, how: provider.name },
      })
    record({ action: 'signed-in', by, address, about: { how: provider.name, role: now, device } })
    return { ok: true, cookie: entered.cookie, next }
  }

  #recordFailure(why: string, name: string | null, { address }: Visitor): void {
    const about = { ...(name !== null && { name }), why, how: this.#parts.provider.name }
    this.#parts.record({ action: 'sign-in-failed', by: null, address, about })
  }

  #problem(error: unknown): ProviderProblem {
    if (!(error instanceof ProviderError)) throw error
    this.#parts.onProblem(error)
    return { kind: error.kind }
  }
}

const failed = (problem: ProviderProblem): ProviderResult => ({ ok: false, problem })
