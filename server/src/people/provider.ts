/** A service that says who a person is and what they may do here: an OpenID provider or a JupyterHub. */
import type { Role } from '../../contract/route.ts'

/** A person as the service names them. `issuer` and `subject` together are who it is; the name is only shown. */
export interface ProvedIdentity {
  readonly issuer: string
  readonly subject: string
  readonly name: string
  /** Null where the person may not come in. */
  readonly role: Role | null
  /** False: `role` is what the person begins with, and an owner may change it here. */
  readonly decidesRole: boolean
  /** A secret with which the service is asked later whether this still holds. Absent where it cannot be asked. */
  readonly proof?: string
  /** The session at the service, where it names one. */
  readonly sid?: string
}

/** Where the browser goes to prove who it is, and what the service's answer must fit. */
export interface BegunProof {
  readonly url: URL
  readonly secrets: Readonly<Record<string, string>>
}

export interface IdentityProvider {
  /** As people know it: "Example SSO". */
  readonly name: string
  /** How long a session lasts, ms; then the service is asked again. */
  readonly sessionMs: number
  /** True where people without a session are led to the service at once. */
  readonly isOnlyWay?: boolean
  /** Where the browser goes after signing out here; absent or null: nowhere. */
  readonly signOutUrl?: string | null
  /** `redirect` is the address of ours that the service leads back to. Throws `ProviderError`. */
  begin(redirect: string): Promise<BegunProof>
  /** `answer` is `redirect` with what the service added. Throws `ProviderError`. */
  finish(answer: URL, secrets: BegunProof['secrets']): Promise<ProvedIdentity>
  /** Whose session at the service ended, by what the service sent. Throws `ProviderError`. */
  ended?(notice: string): Promise<EndedAtProvider>
  /** What `proof` proves at this moment. Throws `ProviderError`: `refused` where it proves nothing any more. */
  check?(proof: string): Promise<ProvedIdentity>
}

/** All sessions of the subject ended, or the one of this `sid`. One of both is not null. */
export interface EndedAtProvider {
  readonly issuer: string
  readonly subject: string | null
  readonly sid: string | null
}

/** `unreachable`: the service does not answer. `refused`: its answer is not valid, or says that the person did not sign in. */
export class ProviderError extends Error {
  readonly kind: 'unreachable' | 'refused'
  constructor(kind: 'unreachable' | 'refused', message: string, cause?: unknown) {
    super(message, { cause })
    this.kind = kind
  }
}
