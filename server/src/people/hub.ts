/**
 * Sign-in through the JupyterHub that started this server: OAuth 2 with PKCE and state, as `jupyterhub-singleuser` does
 * (https://jupyterhub.readthedocs.io/en/stable/explanation/oauth.html). Invariant: a person comes in if the scopes that
 * the hub names at that moment let them access this server.
 */
import { createHash, randomBytes } from 'node:crypto'
import { z } from 'zod'
import { ROLES, type Role } from '../../contract/route.ts'
import { type HubConfig, mayAccess } from './hub-config.ts'
import { type BegunProof, type IdentityProvider, type ProvedIdentity, ProviderError } from './provider.ts'

const TIMEOUT_MS = 15_000
/** The hub's own cookie ends sooner or later; until then the proof is checked again and again. */
const SESSION_MS = 14 * 24 * 3600_000

export interface HubRoles {
  /** Of people who may access the server and are not its owner; null: they may not come in. */
  readonly role: Role | null
  /** By group of the hub; the highest of a person's groups counts. */
  readonly groups: Readonly<Record<string, Role>>
}

const Tokens = z.object({ access_token: z.string().min(1).max(4096) })
const HubUser = z.object({
  kind: z.literal('user'),
  name: z.string().min(1).max(1000),
  groups: z.array(z.string()).max(10_000).default([]),
  scopes: z.array(z.string()).max(100_000),
})

export class JupyterHub implements IdentityProvider {
  readonly name = 'JupyterHub'
  readonly sessionMs = SESSION_MS
  readonly isOnlyWay = true
  readonly signOutUrl: string
  readonly #config: HubConfig
  readonly #roles: HubRoles

  constructor(config: HubConfig, roles: HubRoles) {
    this.#config = config
    this.#roles = roles
    this.signOutUrl = `${config.hubPages}logout`
  }

  /** The hub knows where it leads back to: its own `JUPYTERHUB_OAUTH_CALLBACK_URL`. */
  async begin(redirect: string): Promise<BegunProof> {
    const { clientId, callback, hubPages } = this.#config
    const [state, verifier] = [randomBytes(24).toString('base64url'), randomBytes(32).toString('base64url')]
    const url = new URL(`${hubPages}api/oauth2/authorize`, redirect)
    url.search = new URLSearchParams({
      client_id: clientId,
      redirect_uri: callback,
      response_type: 'code',
      state,
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    }).toString()
    return { url, secrets: { state, verifier } }
  }

  async finish({ searchParams }: URL, { state, verifier }: BegunProof['secrets']): Promise<ProvedIdentity> {
    const [code, ...more] = searchParams.getAll('code')
    const states = searchParams.getAll('state')
    if (state === undefined || states.length !== 1 || states[0] !== state)
      throw new ProviderError('refused', 'the sign-in was not begun here')
    if (code === undefined || more.length > 0)
      throw new ProviderError('refused', 'the hub did not sign the person in')
    const { clientId, apiToken, callback } = this.#config
    const form = {
      client_id: clientId,
      client_secret: apiToken,
      grant_type: 'authorization_code',
      redirect_uri: callback,
      code,
      code_verifier: verifier ?? '',
    }
    const body = new URLSearchParams(form)
    const tokens = await this.#ask('oauth2/token', Tokens, { method: 'POST', body })
    return this.check(tokens.access_token)
  }

  /** `proof` is the access token. */
  async check(proof: string): Promise<ProvedIdentity> {
    const { owner, accessScopes, apiUrl } = this.#config
    const user = await this.#ask('user', HubUser, { headers: { authorization: `token ${proof}` } })
    const mayEnter = mayAccess(accessScopes, user.scopes)
    const isOwner = user.name === owner
    return {
      issuer: apiUrl,
      subject: user.name,
      name: user.name,
      role: !mayEnter ? null : isOwner ? 'owner' : this.#roleOf(user.groups),
      decidesRole: isOwner,
      proof,
    }
  }

  /** The version of the hub. Throws `ProviderError`. */
  async version(): Promise<string> {
    const Version = z.object({ version: z.string().regex(/^[\w.+-]{1,40}$/) })
    return (await this.#ask('', Version, {})).version
  }

  #roleOf(groups: readonly string[]): Role | null {
    const own = groups.flatMap((group) => (Object.hasOwn(this.#roles.groups, group) ? [group] : []))
    const highest = ROLES.findLast((role) => own.some((group) => this.#roles.groups[group] === role))
    return highest ?? this.#roles.role
  }

  async #ask<T>(path: string, Answer: z.ZodType<T>, init: RequestInit): Promise<T> {
    const answer = await this.#fetch(`${this.#config.apiUrl}/${path}`, init)
    if (answer.status >= 500) throw new ProviderError('unreachable', `the hub answered ${answer.status}`)
    if (!answer.ok) throw new ProviderError('refused', `the hub answered ${answer.status}`)
    const read = Answer.safeParse(await answer.json().catch(() => null))
    if (!read.success) throw new ProviderError('refused', 'the answer of the hub cannot be read')
    return read.data
  }

  async #fetch(url: string, init: RequestInit): Promise<Response> {
    try {
      return await fetch(url, { ...init, redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) })
    } catch (error) {
      throw new ProviderError('unreachable', `the hub does not answer at ${this.#config.apiUrl}`, error)
    }
  }
}
