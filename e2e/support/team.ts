/**
 * Members of a project, without browsers: they join, change role, sign out, are removed and comment, while the server may
 * be killed at any moment. Invariant: what was answered is promised; what was not answered is in doubt, and either way
 * is right.
 */
import { request } from './peer.ts'

export const ROLES = ['viewer', 'commenter', 'editor', 'runner'] as const
export type Role = (typeof ROLES)[number]

export interface TeamMember {
  readonly id: string
  readonly name: string
  /** Null while the member is signed out. */
  cookie: string | null
  /** Null once the member was removed. */
  role: Role | null
  /** What an unanswered request may have made of `role`. */
  readonly doubts: (Role | null)[]
  /** True if a sign-out was not answered. */
  isSignOutInDoubt: boolean
}

/** Both used one invitation at once, and at least one was not answered. */
export interface JoinInDoubt {
  readonly invitation: string
  readonly role: Role
  readonly names: readonly string[]
}

/** What was promised, over all lives of the server. */
export class TeamLedger {
  readonly members: TeamMember[] = []
  readonly joins: JoinInDoubt[] = []
  /** Invitations that were used or revoked, by id: they are never open again. */
  readonly spent = new Set<string>()
  /** Texts of comments that were answered, and of those that were refused. */
  readonly written = new Set<string>()
  readonly refused = new Set<string>()
  /** Cookies that were ended, of members who were removed or signed out. */
  readonly ended: string[] = []
  /** What the audit log must have of this life: the action, and the person it was about. */
  readonly audited: { readonly action: string; readonly person: string }[] = []
  next = 1

  get there(): readonly TeamMember[] {
    return this.members.filter(({ role, doubts }) => role !== null && doubts.length === 0)
  }
}

export const PASSWORD = 'correct horse battery'

/** Why there is no answer: the server was killed, or it refused. */
export type NoAnswer = { readonly kind: 'killed' } | { readonly kind: 'refused'; readonly why: string }
type Answered<T> = { readonly kind: 'answered'; readonly value: T }

/** Tries a request. `fetch` throws `TypeError` where the connection ends; a refusal is another error. */
export async function tried<T>(work: () => Promise<T>): Promise<Answered<T> | NoAnswer> {
  try {
    return { kind: 'answered', value: await work() }
  } catch (error) {
    if (error instanceof TypeError) return { kind: 'killed' }
    return { kind: 'refused', why: String(error) }
  }
}

/** Sends a form of a page without script; the cookie of the answer, null where there is none. */
export async function sendForm(
  origin: string,
  path: string,
  fields: Readonly<Record<string, string>>,
): Promise<string | null> {
  const response = await fetch(`${origin}${path}`, {
    method: 'POST',
    headers: { origin },
    body: new URLSearchParams(fields),
    redirect: 'manual',
  })
  await response.text()
  return response.headers.getSetCookie()[0]?.split(';')[0] ?? null
}

/** The status of a request as the holder of a cookie, or of a token. */
export async function statusFor(origin: string, headers: Readonly<Record<string, string>>): Promise<number> {
  const response = await fetch(`${origin}/api/files`, { headers })
  await response.text()
  return response.status
}

interface Invited {
  readonly invitation: { readonly id: string }
  readonly path: string
}

/** An owner who invites, changes, signs out and removes, one after the other. */
export class TeamOwner {
  readonly #origin: string
  readonly #cookie: string
  readonly #ledger: TeamLedger
  readonly #random: () => number

  constructor(origin: string, cookie: string, ledger: TeamLedger, random: () => number) {
    this.#origin = origin
    this.#cookie = cookie
    this.#ledger = ledger
    this.#random = random
  }

  /** One step; false once the server was killed. Throws where it refuses what it must do. */
  async step(): Promise<boolean> {
    const { there } = this.#ledger
    const chance = this.#random()
    const member = this.#oneOf(there)
    if (member === undefined || there.length < 4 || (there.length < 12 && chance < 0.35)) return this.#join()
    if (chance < 0.6) return this.#change(member)
    if (chance < 0.75) return this.#signOutAndIn(member)
    return this.#remove(member)
  }

  #oneOf<T>(values: readonly T[]): T | undefined {
    return values[Math.floor(this.#random() * values.length)]
  }

  /** Two people use one invitation, which is good once. */
  async #join(): Promise<boolean> {
    const ledger = this.#ledger
    const role = this.#oneOf(ROLES) ?? 'viewer'
    const made = await tried(() => this.#ask('POST', '/api/people/invitations', { role, uses: 1 }))
    if (made.kind !== 'answered') return going(made)
    const { invitation, path } = made.value as Invited
    const invite = new URL(path, this.#origin).searchParams.get('invite') ?? ''
    const names = [`m${ledger.next++}`, `m${ledger.next++}`]
    const outcomes = await Promise.all(
      names.map((name) => tried(() => sendForm(this.#origin, '/join', { name, password: PASSWORD, invite }))),
    )
    const joined = outcomes.flatMap((one, n) =>
      one.kind === 'answered' && one.value !== null ? [{ cookie: one.value, name: names[n] ?? '' }] : [],
    )
    if (joined.length > 1) throw new Error(`the invitation ${invitation.id} made two members`)
    const [{ cookie, name } = { cookie: null, name: '' }] = joined
    if (cookie === null) {
      if (outcomes.every(({ kind }) => kind === 'answered')) throw new Error('neither of two could join')
      ledger.joins.push({ invitation: invitation.id, role, names })
      return false
    }
    ledger.spent.add(invitation.id)
    const known = await tried(() => request(this.#origin, cookie, 'GET', '/api/me'))
    if (known.kind !== 'answered') {
      ledger.joins.push({ invitation: invitation.id, role, names: [name] })
      return going(known)
    }
    const { id } = (known.value as { readonly actor: { readonly id: string } }).actor
    ledger.members.push({ id, name, cookie, role, doubts: [], isSignOutInDoubt: false })
    return true
  }

  async #change(member: TeamMember): Promise<boolean> {
    const role = this.#oneOf(ROLES.filter((one) => one !== member.role)) ?? 'viewer'
    const sent = await tried(() => this.#ask('PATCH', `/api/people/members/${member.id}`, { role }))
    if (sent.kind === 'answered') {
      member.role = role
      this.#ledger.audited.push({ action: 'role-changed', person: member.id })
    } else member.doubts.push(role)
    return going(sent)
  }

  async #remove(member: TeamMember): Promise<boolean> {
    const sent = await tried(() => this.#ask('DELETE', `/api/people/members/${member.id}`))
    if (sent.kind !== 'answered') member.doubts.push(null)
    else {
      member.role = null
      if (member.cookie !== null) this.#ledger.ended.push(member.cookie)
      this.#ledger.audited.push({ action: 'member-removed', person: member.id })
    }
    return going(sent)
  }

  async #signOutAndIn(member: TeamMember): Promise<boolean> {
    const { cookie } = member
    if (cookie !== null) {
      const out = await tried(() => request(this.#origin, cookie, 'POST', '/api/me/sign-out-everywhere'))
      if (out.kind !== 'answered') {
        member.isSignOutInDoubt = true
        return going(out)
      }
      this.#ledger.ended.push(cookie)
      member.cookie = null
    }
    const { name } = member
    const back = await tried(() => sendForm(this.#origin, '/sign-in', { name, password: PASSWORD }))
    if (back.kind === 'answered') member.cookie = back.value
    return going(back)
  }

  #ask(method: string, path: string, body?: object): Promise<unknown> {
    return request(this.#origin, this.#cookie, method, path, body)
  }
}

/** False where the server was killed; throws where it refused. */
function going(outcome: Answered<unknown> | NoAnswer): boolean {
  if (outcome.kind === 'refused') throw new Error(outcome.why)
  return outcome.kind === 'answered'
}
