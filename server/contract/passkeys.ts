/**
 * Passkeys (https://www.w3.org/TR/webauthn-3/): what their routes send and return. Bytes are base64url without padding, as
 * in the JSON forms of that standard. `passkey-api.ts` lists the routes.
 */
import { z } from 'zod'
import { Timestamp } from './ids.ts'
import { PersonName } from './people.ts'

/** `max` is in characters. */
const bytes = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .regex(/^[\w-]+$/, 'bytes as base64url')

/** A credential id has at most 1023 bytes. */
const CredentialId = bytes(1364)
const credential = {
  id: CredentialId,
  rawId: CredentialId,
  type: z.literal('public-key'),
}

/** What the authenticator returned for a new passkey. Other fields are dropped. */
export const NewCredential = z.object({
  ...credential,
  response: z.object({
    clientDataJSON: bytes(8192),
    attestationObject: bytes(24_576),
    transports: z.array(z.string().max(32)).max(10).default([]),
  }),
})
export type NewCredential = z.infer<typeof NewCredential>

/** What the authenticator returned to sign in. */
export const SignedCredential = z.object({
  ...credential,
  response: z.object({
    clientDataJSON: bytes(8192),
    authenticatorData: bytes(8192),
    signature: bytes(8192),
    userHandle: bytes(128).optional(),
  }),
})
export type SignedCredential = z.infer<typeof SignedCredential>

const Descriptor = z.object({ id: z.string(), type: z.literal('public-key') })

/** How a browser makes a passkey (`PublicKeyCredentialCreationOptionsJSON`). */
export const CreationOptions = z.object({
  rp: z.object({ id: z.string(), name: z.string() }),
  user: z.object({ id: z.string(), name: z.string(), displayName: z.string() }),
  challenge: z.string(),
  pubKeyCredParams: z.array(z.object({ type: z.literal('public-key'), alg: z.number() })),
  timeout: z.number(),
  excludeCredentials: z.array(Descriptor),
  authenticatorSelection: z.object({
    residentKey: z.literal('required'),
    requireResidentKey: z.literal(true),
    userVerification: z.literal('required'),
  }),
  attestation: z.literal('none'),
})
export type CreationOptions = z.infer<typeof CreationOptions>

/** How a browser signs in (`PublicKeyCredentialRequestOptionsJSON`). Any passkey of this host may answer. */
export const RequestOptions = z.object({
  rpId: z.string(),
  challenge: z.string(),
  timeout: z.number(),
  userVerification: z.literal('required'),
})
export type RequestOptions = z.infer<typeof RequestOptions>

/** A passkey, as its owner sees it. */
export const Passkey = z.object({
  /** Names it in routes; not the credential id. */
  id: z.string(),
  name: z.string(),
  /** The host name that it signs in to. */
  host: z.string(),
  created: Timestamp,
  /** Null until it signed in. */
  lastUsed: Timestamp.nullable(),
})
export type Passkey = z.infer<typeof Passkey>
export const Passkeys = z.array(Passkey)

/** Names of passkeys are like those of people. */
export const PasskeyName = PersonName

/** `current` is needed where the person has a password: a borrowed browser must not add a way in. */
export const PasskeyStart = z.object({ current: z.string().max(1000).optional() })
export const NewPasskey = z.object({ name: PasskeyName, credential: NewCredential })

const Invite = z.string().max(1000)
export const PasskeyJoinStart = z.object({ invite: Invite, name: z.string().max(1000) })
export const PasskeyJoin = z.object({ invite: Invite, credential: NewCredential })
export const PasskeySignIn = z.object({
  next: z.string().max(5000).default(''),
  credential: SignedCredential,
})

/** Where the page goes now: a path of this server. */
export const SignedIn = z.object({ location: z.string() })
