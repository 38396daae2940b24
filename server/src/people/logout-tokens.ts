/**
 * Logout tokens of an OpenID provider (https://openid.net/specs/openid-connect-backchannel-1_0.html, 2.4 and 2.6).
 * Invariant: a token is accepted once, for a few minutes, and signed with a key that the provider publishes.
 */
import { createRemoteJWKSet, errors, type JWTVerifyGetKey, jwtVerify } from 'jose'
import { z } from 'zod'
import { type EndedAtProvider, ProviderError } from './provider.ts'

/** The age of a token, and how far clocks may differ, seconds. */
const MOST_AGE = 300
const TOLERANCE = 60
/** Signatures with public keys alone. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA']
const MOST_USED = 10_000

const EVENT = 'http://schemas.openid.net/event/backchannel-logout'
const Claims = z
  .object({
    sub: z.string().min(1).nullable().default(null),
    sid: z.string().min(1).max(1000).nullable().default(null),
    jti: z.string().min(1).max(1000),
    events: z.looseObject({ [EVENT]: z.looseObject({}) }),
    /** An ID token has one, and is no logout token. */
    nonce: z.undefined().optional(),
  })
  .refine(({ sub, sid }) => sub !== null || sid !== null)

export interface LogoutTokenOptions {
  readonly issuer: string
  /** Where the provider publishes its keys. */
  readonly keys: URL
  readonly audience: string
}

export class LogoutTokens {
  readonly #options: LogoutTokenOptions
  readonly #keys: JWTVerifyGetKey
  /** When each token that was used may be forgotten, ms, by `jti`. */
  readonly #used = new Map<string, number>()

  constructor(options: LogoutTokenOptions) {
    this.#options = options
    this.#keys = createRemoteJWKSet(options.keys)
  }

  /** Whose sessions ended. Throws `ProviderError`. */
  async read(token: string): Promise<EndedAtProvider> {
    const { issuer, audience } = this.#options
    const payload = await this.#verified(token)
    const claims = Claims.safeParse(payload)
    if (!claims.success) throw new ProviderError('refused', 'this is no logout token')
    const { sub, sid, jti } = claims.data
    this.#useOnce(`${audience} ${jti}`)
    return { issuer, subject: sub, sid }
  }

  async #verified(token: string): Promise<unknown> {
    const { issuer, audience } = this.#options
    try {
      const { payload } = await jwtVerify(token, this.#keys, {
        issuer,
        audience,
        algorithms: ALGORITHMS,
        maxTokenAge: MOST_AGE,
        clockTolerance: TOLERANCE,
      })
      return payload
    } catch (error) {
      const isAway = !(error instanceof errors.JOSEError) || error instanceof errors.JWKSTimeout
      const kind = isAway ? 'unreachable' : 'refused'
      throw new ProviderError(kind, 'the logout token cannot be checked', error)
    }
  }

  #useOnce(name: string): void {
    const now = Date.now()
    for (const [one, until] of this.#used) if (until <= now) this.#used.delete(one)
    if (this.#used.has(name) || this.#used.size >= MOST_USED)
      throw new ProviderError('refused', 'the logout token was used')
    this.#used.set(name, now + (MOST_AGE + 2 * TOLERANCE) * 1000)
  }
}
