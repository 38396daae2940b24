/**
 * Getting in. The start URL's token is good once and becomes a cookie; programs send `Authorization: token …`.
 * Invariant: no token is ever written to a log, and a spent token opens nothing.
 */
import { createHash, randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { parseCookie, stringifySetCookie } from 'cookie'
import { mayActAs, type Role } from '../../contract/route.ts'
import type { Audit } from '../people/audit.ts'
import type { Grants } from '../people/grants.ts'
import type { MemberTokens } from '../people/member-tokens.ts'
import { PENDING_MS } from '../people/pending.ts'
import { COOKIE_LIFE_SECONDS, type People, type Person } from '../people/people.ts'
import type { ProgramTokens } from '../people/program-tokens.ts'
import type { ProofChecks } from '../people/proof-checks.ts'
import type { IdentityProvider } from '../people/provider.ts'
import type { PublicLinkStore } from '../people/public-links.ts'
import { SignIn, type Visitor } from '../people/sign-in.ts'
import { equalSecrets } from '../store/equal-secrets.ts'
import { deviceOf } from './device.ts'
import type { Reach } from './gate.ts'
import type { WaysIn } from './pages.ts'

export interface AccessOptions {
  readonly people: People
  readonly reach: Reach
  /** Absolute path of the project folder: each project has a cookie of its own, as cookies do not know ports. */
  readonly root: string
  /** A token that stays good, for programs that must know it beforehand. */
  readonly fixedToken?: string
  /** The lasting tokens of programs. None by default. */
  readonly tokens?: ProgramTokens
  /** The tokens that members make in the page. None by default. */
  readonly memberTokens?: MemberTokens
  /** Roles of members at folders and notebooks. None by default. */
  readonly grants?: Grants
  /** None by default. */
  readonly publicLinks?: PublicLinkStore
  readonly random?: () => string
  /** The address that a request comes from; that of its connection by default. */
  readonly addressOf?: (request: IncomingMessage) => string
  /** Where people who sign in are recorded. Nowhere by default. */
  readonly audit?: Audit
  /** Signs people in. None by default. */
  readonly provider?: IdentityProvider | null
  /** Asks the provider again whether those whom it signed in may still come in. Not asked by default. */
  readonly checks?: Pick<ProofChecks, 'confirm' | 'used'>
  /** Receives why a provider failed. */
  readonly onProblem?: (error: unknown) => void
  /** Receives each new one-time token, so that a second start can print it. */
  readonly onToken?: (token: string) => void
}

/** Whose rights a program has, up to its scope. */
export interface ActsFor {
  readonly member: string
  readonly scope: Role
}

/** How a request proved who sends it. */
export interface Identity {
  readonly person: Person
  readonly role: Role
  readonly by: 'cookie' | 'token'
  /** The session of a cookie; null for a program. */
  readonly session: string | null
  /** The member for whom a program acts; null for members themselves and for programs of no member. */
  readonly actsFor: ActsFor | null
  /** The role in the project at this moment; null after access has ended. */
  readonly roleNow: () => Role | null
  /** Whether the sender may, at this moment, do what requires `required`: roles change, and access is revoked. */
  readonly may: (required: Role) => boolean
  /** False after sign-out, removal, expiry, or a change of role: open sockets of this sender end. */
  readonly isCurrent: () => boolean
}

export class Access {
  readonly people: People
  readonly reach: Reach
  /** The lasting tokens of programs; null where there are none. */
  readonly tokens: ProgramTokens | null
  readonly memberTokens: MemberTokens | null
  /** Null where members have one role everywhere. */
  readonly grants: Grants | null
  /** Null where nothing is shown to people who are not signed in. */
  readonly publicLinks: PublicLinkStore | null
  /** For programs, for the life of this server. */
  readonly programToken: string
  readonly #cookieName: string
  readonly #random: () => string
  readonly signIns: SignIn
  readonly provider: IdentityProvider | null
  readonly onProblem: (error: unknown) => void
  readonly audit: Audit | null
  readonly #addressOf: (request: IncomingMessage) => string
  readonly #onToken: (token: string) => void
  readonly #checks: AccessOptions['checks']
  readonly #hasFixedToken: boolean
  readonly #program: Person = { id: 'program', name: 'Program', color: '#495057' }
  #once: string

  constructor(options: AccessOptions) {
    this.people = options.people
    this.reach = options.reach
    this.tokens = options.tokens ?? null
    this.memberTokens = options.memberTokens ?? null
    this.grants = options.grants ?? null
    this.publicLinks = options.publicLinks ?? null
    this.#random = options.random ?? (() => randomBytes(24).toString('base64url'))
    this.audit = options.audit ?? null
    this.provider = options.provider ?? null
    this.#checks = options.checks
    this.onProblem = options.onProblem ?? (() => {})
    this.signIns = new SignIn(options.people, options.audit?.record, undefined, undefined, options.grants)
    this.#addressOf = options.addressOf ?? (({ socket }) => socket.remoteAddress ?? '')
    this.#onToken = options.onToken ?? (() => {})
    this.#hasFixedToken = options.fixedToken !== undefined
    this.programToken = options.fixedToken ?? this.#random()
    this.#cookieName = cookieName(options.root, this.#secure, options.reach.base)
    this.#once = this.#random()
  }

  /** The address of a path of ours on this host. */
  readonly at = (path: string): string => `${this.reach.base ?? ''}${path}`

  /** What the page to sign in offers. */
  get ways(): WaysIn {
    const { hasPasswords, passkeys } = this.people
    return { hasPasswords, hasPasskeys: passkeys.hasAny, provider: this.provider?.name ?? null }
  }

  /** The token of the start URL, good once. */
  get startToken(): string {
    return this.#once
  }

  /** Spends a token; returns the `Set-Cookie` line, or null when it is no token of ours. */
  signIn(token: string, visitor: Visitor): string | null {
    const fixed = this.#hasFixedToken && equalSecrets(token, this.programToken)
    const once = equalSecrets(token, this.#once)
    const { address, device } = visitor
    if (!fixed && !once) {
      this.audit?.record({ action: 'sign-in-failed', by: null, address, about: { why: 'token' } })
      return null
    }
    if (once) {
      this.#once = this.#random()
      this.#onToken(this.#once)
    }
    const { person, cookie } = this.people.admit(undefined, 'owner', device)
    this.audit?.record({
      action: 'signed-in',
      by: { id: person.id, name: person.name },
      address,
      about: { how: 'terminal', device },
    })
    return this.setCookie(cookie)
  }

  /** The `Set-Cookie` line of a cookie's value. */
  readonly setCookie = (value: string): string => this.#cookieLine(value, COOKIE_LIFE_SECONDS)

  /** The line that clears the cookie. */
  get clearedCookie(): string {
    return this.#cookieLine('', 0)
  }

  /** The `Set-Cookie` line that binds a sign-in to the browser that begins it. */
  readonly setBrowser = (value: string): string =>
    stringifySetCookie(`${this.#cookieName}-begun`, value, {
      path: this.reach.base || '/',
      httpOnly: true,
      // A provider leads back here from its own site.
      sameSite: 'lax',
      secure: this.#secure,
      maxAge: PENDING_MS / 1000,
    })

  browserOf(request: IncomingMessage): string | null {
    return parseCookie(request.headers.cookie ?? '')[`${this.#cookieName}-begun`] ?? null
  }

  /** Where a request comes from, for limits of sign-in and for the list of sessions. */
  visitorOf(request: IncomingMessage): Visitor {
    return { address: this.#addressOf(request), device: deviceOf(request.headers['user-agent']) }
  }

  /**
   * Settles when the provider was asked whether the sender may still come in, where its last answer is too old. `isFresh`:
   * it is asked in any case.
   */
  async confirm(request: IncomingMessage, isFresh = false): Promise<void> {
    if (this.#checks === undefined) return
    const session = this.#sessionOf(request)
    if (session !== null) await this.#checks.confirm(session, isFresh)
  }

  /** Whether the browser has a cookie of this project, of a session that may have ended. */
  hasCookie(request: IncomingMessage): boolean {
    return (this.#cookieOf(request) ?? '') !== ''
  }

  /** Who sends this request; null for an unknown sender. A cookie does not make up for a wrong token. */
  identify(request: IncomingMessage): Identity | null {
    const token = sentToken(request)
    if (token !== null) return this.#programOf(token)
    const found = this.people.recognise(this.#cookieOf(request))
    if (found === null) return null
    const { person, role, session } = found
    return identity({ person, role, session, by: 'cookie', actsFor: null }, () => {
      this.#checks?.used(session)
      return this.people.roleOf(person.id, session)
    })
  }

  /** The session whose proof counts for a request: that of its cookie, or of the member whose token it has. */
  #sessionOf(request: IncomingMessage): string | null {
    const token = sentToken(request)
    if (token === null) return this.people.recognise(this.#cookieOf(request))?.session ?? null
    const held = this.memberTokens?.holderOf(token) ?? null
    return held === null ? null : (this.memberTokens?.sessionOf(held.member) ?? null)
  }

  #cookieOf(request: IncomingMessage): string | undefined {
    return parseCookie(request.headers.cookie ?? '')[this.#cookieName]
  }

  /** The role of a member or program at this moment, whatever they are signed in with; null for none. */
  roleOf(personId: string): Role | null {
    if (personId === this.#program.id) return 'owner'
    const { people, memberTokens, tokens } = this
    return people.memberRole(personId) ?? memberTokens?.roleOf(personId) ?? tokens?.roleOf(personId) ?? null
  }

  #programOf(token: string): Identity | null {
    if (token === '') return null
    if (equalSecrets(token, this.programToken))
      return identity(
        { person: this.#program, role: 'owner', session: null, by: 'token', actsFor: null },
        () => 'owner',
      )
    const ofMember = this.#ofMember(token)
    if (ofMember !== null) return ofMember
    const found = this.tokens?.holderOf(token) ?? null
    if (found === null) return null
    return identity(
      { ...found, session: null, by: 'token', actsFor: null },
      () => this.tokens?.holderOf(token)?.role ?? null,
    )
  }

  #ofMember(token: string): Identity | null {
    const { memberTokens } = this
    const held = memberTokens?.holderOf(token) ?? null
    if (memberTokens === null || held === null) return null
    memberTokens.used(token)
    const { person, role, member, scope } = held
    return identity({ person, role, session: null, by: 'token', actsFor: { member, scope } }, () => {
      const session = memberTokens.sessionOf(member)
      if (session !== null) this.#checks?.used(session)
      return memberTokens.holderOf(token)?.role ?? null
    })
  }

  get #secure(): boolean {
    return this.reach.secureHosts.size > 0
  }

  #cookieLine(value: string, maxAge: number): string {
    return stringifySetCookie(this.#cookieName, value, {
      path: this.reach.base || '/',
      httpOnly: true,
      sameSite: 'strict',
      secure: this.#secure,
      maxAge,
    })
  }
}

function identity(
  sender: Pick<Identity, 'person' | 'role' | 'by' | 'session' | 'actsFor'>,
  roleNow: () => Role | null,
): Identity {
  return {
    ...sender,
    roleNow,
    may: (required) => mayActAs(roleNow() ?? 'anyone', required),
    isCurrent: () => roleNow() === sender.role,
  }
}

/** Where a browser opens a page, `token` is the one-time token that it trades for a cookie. */
const API = /^\/(?:api|kernelspecs|terminals\/websocket)(?:\/|\?|$)/

/** The token of a program: a header, or `token=` in the query of the API. '' is a header that holds none. */
function sentToken({ headers, url = '' }: IncomingMessage): string | null {
  const { authorization } = headers
  if (authorization !== undefined) return /^(?:token|bearer) (\S+)$/i.exec(authorization)?.[1] ?? ''
  if (!API.test(url)) return null
  return URL.parse(url, 'http://localhost')?.searchParams.get('token') ?? null
}

/** For `Access.setBrowser`. */
export const newBrowserSecret = (): string => randomBytes(24).toString('base64url')

/** A browser accepts `__Host-` for the path `/` alone (RFC 6265bis, 4.1.3). */
function cookieName(root: string, secure: boolean, base = ''): string {
  const project = createHash('sha256').update(root).digest('hex').slice(0, 8)
  return `${secure ? (base === '' ? '__Host-' : '__Secure-') : ''}yesterday-${project}`
}
