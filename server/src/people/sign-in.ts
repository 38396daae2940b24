/**
 * Signing in by name and password, and by an invitation. Invariant: an answer, and the time that it takes, do not show
 * whether a name has an account; tries are limited for each account and each address.
 */
import { Password, PersonName } from '../../contract/people.ts'
import { ACCOUNT_LIMITS, ADDRESS_LIMITS, Attempts } from './attempts.ts'
import type { Recording } from './audit.ts'
import type { Grants } from './grants.ts'
import { foldedName } from './member-of.ts'
import { networkOf } from './network.ts'
import { BusyError, hashPassword, isPassword } from './passwords.ts'
import { newPersonId, type People } from './people.ts'

/** Characters of a name that count for its limit. */
const MOST_NAME = 1000

/** Who sends a request before it is known who they are. */
export interface Visitor {
  readonly address: string
  /** Browser and system. */
  readonly device: string
}

export type SignInProblem =
  | { readonly kind: 'wrong' }
  /** `waitMs`: until the next try. */
  | { readonly kind: 'locked'; readonly waitMs: number }
  | { readonly kind: 'busy' }

export type JoinProblem =
  | SignInProblem
  | {
      readonly kind:
        | 'spent'
        | 'nameTaken'
        | 'badName'
        | 'shortPassword'
        | 'longPassword'
        | 'likeName'
        | 'full'
    }

type Result<Problem> =
  | { readonly ok: true; readonly cookie: string }
  | { readonly ok: false; readonly problem: Problem }

export class SignIn {
  readonly #people: People
  readonly #record: Recording
  readonly #accounts: Attempts
  /** Counts failures of every way to sign in. */
  readonly addresses: Attempts
  readonly #grants: Pick<Grants, 'accept' | 'forget'> | undefined

  /** `now` is a clock in ms. */
  constructor(
    people: People,
    record: Recording = () => undefined,
    now: () => number = () => Date.now(),
    addressLimits = ADDRESS_LIMITS,
    grants?: Pick<Grants, 'accept' | 'forget'>,
  ) {
    this.#grants = grants
    this.#people = people
    this.#record = record
    this.#accounts = new Attempts(ACCOUNT_LIMITS, now)
    this.addresses = new Attempts(addressLimits, now, networkOf)
  }

  async signIn(name: string, password: string, visitor: Visitor): Promise<Result<SignInProblem>> {
    const account = foldedName(name.slice(0, MOST_NAME))
    const member = this.#people.memberNamed(name)
    // By member: spellings that find the same one share a limit.
    const limit = member === null ? `name ${account}` : `member ${member.id}`
    const problem = await this.#prove(limit, member?.password ?? null, password, visitor)
    const by = member === null ? null : { id: member.id, name: account }
    if (problem !== null) {
      this.#record({
        action: 'sign-in-failed',
        by: null,
        address: visitor.address,
        about: { ...(member !== null && { name: account }), why: problem.kind },
      })
      return { ok: false, problem }
    }
    const cookie = member === null ? null : this.#people.openSession(member.id, visitor.device)
    if (cookie === null) return { ok: false, problem: { kind: 'wrong' } }
    this.#record({
      action: 'signed-in',
      by,
      address: visitor.address,
      about: { how: 'password', device: visitor.device },
    })
    return { ok: true, cookie }
  }

  /** Null if the person has no password or this is it. */
  async verify(personId: string, password: string, visitor: Visitor): Promise<SignInProblem | null> {
    const stored = this.#people.passwordOf(personId)
    return stored === null ? null : this.#prove(`verify ${personId}`, stored, password, visitor)
  }

  /** `limit` names the limit of tries that this one counts for. */
  async #prove(
    limit: string,
    stored: Parameters<typeof isPassword>[0],
    password: string,
    { address }: Visitor,
  ): Promise<SignInProblem | null> {
    const waitMs = Math.max(this.#accounts.waitOf(limit), this.addresses.waitOf(address))
    if (waitMs > 0) return { kind: 'locked', waitMs }
    this.#accounts.begin(limit)
    this.addresses.begin(address)
    try {
      if (await isPassword(stored, password)) {
        this.#accounts.forget(limit)
        this.addresses.forgive(address)
        return null
      }
      const nextMs = Math.max(this.#accounts.waitOf(limit), this.addresses.waitOf(address))
      return nextMs > 0 ? { kind: 'locked', waitMs: nextMs } : { kind: 'wrong' }
    } catch (error) {
      if (error instanceof BusyError) return { kind: 'busy' }
      throw error
    }
  }

  async join(
    { secret, name, password }: { readonly secret: string; readonly name: string; readonly password: string },
    visitor: Visitor,
  ): Promise<Result<JoinProblem>> {
    const problem = this.#whyNot(secret, name, password, visitor)
    if (problem !== null) return { ok: false, problem }
    const stored = await hashPassword(password).catch((error: unknown) => {
      if (error instanceof BusyError) return null
      throw error
    })
    if (stored === null) return { ok: false, problem: { kind: 'busy' } }
    // Another person may have used the link or taken the name meanwhile.
    const late = this.#whyNot(secret, name, password, visitor)
    const invitation = this.#people.invitations.find(secret)
    if (late !== null || invitation === null) return { ok: false, problem: late ?? { kind: 'spent' } }
    const { role } = invitation
    const id = newPersonId()
    const joined = this.accept(invitation.id, id, () => {
      this.#people.invitations.spend(secret)
      return this.#people.join({
        id,
        name: PersonName.parse(name),
        role,
        device: visitor.device,
        password: stored,
      })
    })
    const about = { invitation: invitation.id, role, device: visitor.device }
    this.#record({
      action: 'invitation-used',
      by: { id, name: joined.person.name },
      address: visitor.address,
      about,
    })
    return { ok: true, cookie: joined.cookie }
  }

  /**
   * Adds a member with the roles of folders and notebooks that their invitation has. These are stored first: a member
   * without them would see more than they may.
   */
  accept<T>(invitation: string, person: string, add: () => T): T {
    this.#grants?.accept(invitation, person)
    try {
      return add()
    } catch (error) {
      this.#grants?.forget(person)
      throw error
    }
  }

  #whyNot(secret: string, name: string, password: string, { address }: Visitor): JoinProblem | null {
    const waitMs = this.addresses.waitOf(address)
    if (waitMs > 0) return { kind: 'locked', waitMs }
    if (this.#people.invitations.find(secret) === null) {
      this.addresses.begin(address)
      return { kind: 'spent' }
    }
    const read = PersonName.safeParse(name)
    if (!read.success) return { kind: 'badName' }
    if (this.#people.isTaken(read.data)) return { kind: 'nameTaken' }
    if (this.#people.isFull) return { kind: 'full' }
    const problem = passwordProblem(password, read.data)
    return problem === null ? null : { kind: problem }
  }
}

/** Why a password is refused; null where it is good. */
export function passwordProblem(
  password: string,
  name: string,
): 'shortPassword' | 'longPassword' | 'likeName' | null {
  if (!Password.safeParse(password).success) return password.length < 100 ? 'shortPassword' : 'longPassword'
  return foldedName(password) === foldedName(name) ? 'likeName' : null
}
