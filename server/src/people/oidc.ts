/**
 * Sign-in through an OpenID provider: authorization code with PKCE, state and nonce
 * (https://openid.net/specs/openid-connect-core-1_0.html). Invariant: a person is who issuer and subject say, never who an
 * e-mail address says; groups are read again at each sign-in.
 */
import * as oidc from 'openid-client'
import { z } from 'zod'
import { ROLES, type Role } from '../../contract/route.ts'
import { LogoutTokens } from './logout-tokens.ts'
import type { OidcConfig } from './oidc-config.ts'
import {
  type BegunProof,
  type EndedAtProvider,
  type IdentityProvider,
  type ProvedIdentity,
  ProviderError,
} from './provider.ts'

/** The provider's addresses are asked for again after this time, ms; after a failure, sooner. */
const METADATA_MS = 3600_000
const RETRY_MS = 5000
const TIMEOUT_SECONDS = 15
const MOST_GROUPS = 2000

export class OpenIdProvider implements IdentityProvider {
  readonly name: string
  readonly sessionMs: number
  readonly #config: OidcConfig
  readonly #now: () => number
  #logouts: LogoutTokens | null = null
  #found: { readonly promise: Promise<oidc.Configuration>; readonly until: number } | null = null

  constructor(config: OidcConfig, now: () => number = () => Date.now()) {
    this.#config = config
    this.#now = now
    this.name = config.name
    this.sessionMs = config.sessionHours * 3600_000
  }

  async begin(redirect: string): Promise<BegunProof> {
    const found = await this.#discovered()
    const verifier = oidc.randomPKCECodeVerifier()
    const [state, nonce] = [oidc.randomState(), oidc.randomNonce()]
    const url = oidc.buildAuthorizationUrl(found, {
      redirect_uri: redirect,
      scope: this.#config.scopes,
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state,
      nonce,
    })
    return { url, secrets: { verifier, state, nonce } }
  }

  async finish(answer: URL, { verifier, state, nonce }: BegunProof['secrets']): Promise<ProvedIdentity> {
    if (verifier === undefined || state === undefined || nonce === undefined)
      throw new ProviderError('refused', 'the sign-in was not begun here')
    const found = await this.#discovered()
    try {
      const tokens = await oidc.authorizationCodeGrant(found, answer, {
        pkceCodeVerifier: verifier,
        expectedState: state,
        expectedNonce: nonce,
        idTokenExpected: true,
      })
      const claims = tokens.claims()
      if (claims === undefined) throw new ProviderError('refused', 'there is no ID token')
      const all = { ...(await this.#userInfo(found, tokens.access_token, claims)), ...claims }
      return this.#identityOf(all, claims)
    } catch (error) {
      throw asProviderError(error)
    }
  }

  async ended(notice: string): Promise<EndedAtProvider> {
    const { issuer, jwks_uri } = (await this.#discovered()).serverMetadata()
    if (jwks_uri === undefined) throw new ProviderError('refused', 'the provider has no keys')
    this.#logouts ??= new LogoutTokens({ issuer, keys: new URL(jwks_uri), audience: this.#config.clientId })
    return this.#logouts.read(notice)
  }

  /** What the ID token leaves out: many providers put groups there only. */
  async #userInfo(found: oidc.Configuration, token: string, claims: oidc.IDToken): Promise<Claims> {
    const { groupsClaim, nameClaim } = this.#config
    const isComplete = groupsClaim in claims && nameClaim in claims
    if (isComplete || found.serverMetadata().userinfo_endpoint === undefined) return {}
    return oidc.fetchUserInfo(found, token, claims.sub)
  }

  #identityOf(all: Claims, { iss, sub, sid }: oidc.IDToken): ProvedIdentity {
    const { groupsClaim, nameClaim } = this.#config
    const names = [all[nameClaim], all.name, all.preferred_username, all.email, sub]
    const name = names.find((one) => typeof one === 'string' && one.trim() !== '')
    const role = this.#roleOf(groupsOf(all[groupsClaim]))
    const session = typeof sid === 'string' ? { sid } : {}
    return { issuer: iss, subject: sub, name: String(name), role, decidesRole: true, ...session }
  }

  #roleOf(groups: readonly string[]): Role | null {
    const { roles, defaultRole } = this.#config
    const own = Object.entries(roles).filter(([group]) => groups.includes(group))
    const highest = ROLES.findLast((role) => own.some(([, one]) => one === role))
    return highest ?? defaultRole
  }

  #discovered(): Promise<oidc.Configuration> {
    if (this.#found !== null && this.#found.until > this.#now()) return this.#found.promise
    const promise = discover(this.#config)
    this.#found = { promise, until: this.#now() + METADATA_MS }
    promise.catch(() => {
      this.#found = { promise, until: this.#now() + RETRY_MS }
    })
    return promise
  }
}

type Claims = Readonly<Record<string, unknown>>

async function discover({ issuer, clientId, clientSecret }: OidcConfig): Promise<oidc.Configuration> {
  const url = new URL(issuer)
  const authentication = clientSecret === null ? oidc.None() : undefined
  try {
    return await oidc.discovery(url, clientId, clientSecret ?? undefined, authentication, {
      timeout: TIMEOUT_SECONDS,
      // The configuration accepts http for loopback alone.
      execute: url.protocol === 'http:' ? [oidc.allowInsecureRequests] : [],
    })
  } catch (error) {
    throw new ProviderError('unreachable', `${issuer} does not answer as an OpenID provider`, error)
  }
}

/** A list, or one group as text. Others are no groups. */
function groupsOf(claim: unknown): readonly string[] {
  const read = z.union([z.array(z.string()), z.string().transform((one) => [one])]).safeParse(claim)
  return read.success ? read.data.slice(0, MOST_GROUPS) : []
}

/** An answer that was read is a refusal; the absence of one is no fault of the person. */
function asProviderError(error: unknown): ProviderError {
  if (error instanceof ProviderError) return error
  const message = error instanceof Error ? error.message : String(error)
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const isNetwork = error instanceof TypeError || code === 'OAUTH_TIMEOUT'
  const isServerFault = error instanceof oidc.ResponseBodyError && error.status >= 500
  return new ProviderError(isNetwork || isServerFault ? 'unreachable' : 'refused', message, error)
}
