/**
 * Getting in. The start URL's token is good once and becomes a cookie; programs send `Authorization: token …`.
 * Invariant: no token is ever written to a log, and a spent token opens nothing.
 */
import { createHash, randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { parseCookie, stringifySetCookie } from 'cookie'
import type { Role } from '../../contract/route.ts'
import { equalSecrets } from '../store/equal-secrets.ts'
import type { Reach } from './gate.ts'
import { COOKIE_LIFE_SECONDS, type People, type Person } from './people.ts'
import type { ProgramTokens } from './program-tokens.ts'

export interface AccessOptions {
  readonly people: People
  readonly reach: Reach
  /** Absolute path of the project folder: each project has a cookie of its own, as cookies do not know ports. */
  readonly root: string
  /** A token that stays good, for programs that must know it beforehand. */
  readonly fixedToken?: string
  /** The lasting tokens of programs. None by default. */
  readonly tokens?: ProgramTokens
  readonly random?: () => string
  /** The role of a person or program; `owner` by default. */
  readonly roleOf?: (person: Person) => Role
  /** Receives each new one-time token, so that a second start can print it. */
  readonly onToken?: (token: string) => void
}

/** How a request proved who sends it. */
export interface Identity {
  readonly person: Person
  readonly role: Role
  readonly by: 'cookie' | 'token'
}

export class Access {
  readonly people: People
  readonly reach: Reach
  /** The lasting tokens of programs; null where there are none. */
  readonly tokens: ProgramTokens | null
  /** For programs, for the life of this server. */
  readonly programToken: string
  readonly #cookieName: string
  readonly #random: () => string
  readonly #roleOf: (person: Person) => Role
  readonly #onToken: (token: string) => void
  readonly #hasFixedToken: boolean
  readonly #program: Person = { id: 'program', name: 'Program', color: '#495057' }
  #once: string

  constructor(options: AccessOptions) {
    this.people = options.people
    this.reach = options.reach
    this.tokens = options.tokens ?? null
    this.#random = options.random ?? (() => randomBytes(24).toString('base64url'))
    this.#roleOf = options.roleOf ?? (() => 'owner')
    this.#onToken = options.onToken ?? (() => {})
    this.#hasFixedToken = options.fixedToken !== undefined
    this.programToken = options.fixedToken ?? this.#random()
    this.#cookieName = cookieName(options.root, this.#secure)
    this.#once = this.#random()
  }

  /** The token of the start URL, good once. */
  get startToken(): string {
    return this.#once
  }

  /** Spends a token; returns the `Set-Cookie` line, or null when it is no token of ours. */
  signIn(token: string): string | null {
    const fixed = this.#hasFixedToken && equalSecrets(token, this.programToken)
    const once = equalSecrets(token, this.#once)
    if (!fixed && !once) return null
    if (once) {
      this.#once = this.#random()
      this.#onToken(this.#once)
    }
    return this.#setCookie(this.people.cookieFor(this.people.admit()), COOKIE_LIFE_SECONDS)
  }

  /** Dismisses the person; returns the line that clears the cookie. */
  signOut(person: Person): string {
    this.people.dismiss(person.id)
    return this.#setCookie('', 0)
  }

  /** Who sends this request; null for a stranger. A wrong token is never mended by a cookie. */
  identify(request: IncomingMessage): Identity | null {
    const token = sentToken(request)
    if (token !== null) {
      const person = this.#personOf(token)
      return person && this.#identity(person, 'token')
    }
    const person = this.people.recognise(parseCookie(request.headers.cookie ?? '')[this.#cookieName])
    return person && this.#identity(person, 'cookie')
  }

  #identity(person: Person, by: Identity['by']): Identity {
    return { person, by, role: this.#roleOf(person) }
  }

  #personOf(token: string): Person | null {
    if (token === '') return null
    return equalSecrets(token, this.programToken) ? this.#program : (this.tokens?.personOf(token) ?? null)
  }

  get #secure(): boolean {
    return this.reach.secureHosts.size > 0
  }

  #setCookie(value: string, maxAge: number): string {
    return stringifySetCookie(this.#cookieName, value, {
      path: '/',
      httpOnly: true,
      sameSite: 'strict',
      secure: this.#secure,
      maxAge,
    })
  }
}

/** Where a browser opens a page, `token` is the one-time token that it trades for a cookie. */
const API = /^\/(?:api|kernelspecs)(?:\/|\?|$)/

/** The token of a program: a header, or `token=` in the query of the API. '' is a header that holds none. */
function sentToken({ headers, url = '' }: IncomingMessage): string | null {
  const { authorization } = headers
  if (authorization !== undefined) return /^(?:token|bearer) (\S+)$/i.exec(authorization)?.[1] ?? ''
  if (!API.test(url)) return null
  return URL.parse(url, 'http://localhost')?.searchParams.get('token') ?? null
}

function cookieName(root: string, secure: boolean): string {
  const project = createHash('sha256').update(root).digest('hex').slice(0, 8)
  return `${secure ? '__Host-' : ''}yesterday-${project}`
}
