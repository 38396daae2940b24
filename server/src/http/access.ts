/**
 * Getting in. The start URL's token is good once and becomes a cookie; programs send `Authorization: token …`.
 * Invariant: no token is ever written to a log, and a spent token opens nothing.
 */
import { createHash, randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { parseCookie, stringifySetCookie } from 'cookie'
import { equalSecrets } from '../store/equal-secrets.ts'
import type { Reach } from './gate.ts'
import { COOKIE_LIFE_SECONDS, type People, type Person } from './people.ts'

export interface AccessOptions {
  readonly people: People
  readonly reach: Reach
  /** Absolute path of the project folder: each project has a cookie of its own, as cookies do not know ports. */
  readonly root: string
  /** A token that stays good, for programs that must know it beforehand. */
  readonly fixedToken?: string
  readonly random?: () => string
  /** Told of each new one-time token, so that a second start can print it. */
  readonly onToken?: (token: string) => void
}

/** How a request proved who sends it. */
export interface Identity {
  readonly person: Person
  readonly by: 'cookie' | 'token'
}

export class Access {
  readonly people: People
  readonly reach: Reach
  /** For programs, for the life of this server. */
  readonly programToken: string
  readonly #cookieName: string
  readonly #random: () => string
  readonly #onToken: (token: string) => void
  readonly #hasFixedToken: boolean
  readonly #program: Person = { id: 'program', name: 'Program', color: '#495057' }
  #once: string

  constructor(options: AccessOptions) {
    this.people = options.people
    this.reach = options.reach
    this.#random = options.random ?? (() => randomBytes(24).toString('base64url'))
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

  /** Who sends this request; null when nobody we know. A wrong `Authorization` is never mended by a cookie. */
  identify(request: IncomingMessage): Identity | null {
    const { authorization } = request.headers
    if (authorization !== undefined) {
      const token = /^(?:token|bearer) (\S+)$/i.exec(authorization)?.[1]
      return token && equalSecrets(token, this.programToken) ? { person: this.#program, by: 'token' } : null
    }
    const person = this.people.recognise(parseCookie(request.headers.cookie ?? '')[this.#cookieName])
    return person && { person, by: 'cookie' }
  }

  get #secure(): boolean {
    return this.reach.publicOrigin?.startsWith('https:') ?? false
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

function cookieName(root: string, secure: boolean): string {
  const project = createHash('sha256').update(root).digest('hex').slice(0, 8)
  return `${secure ? '__Host-' : ''}yesterday-${project}`
}
