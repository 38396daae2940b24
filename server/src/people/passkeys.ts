/**
 * Passkeys: adding one, signing in, accepting an invitation (https://www.w3.org/TR/webauthn-3/). Invariant: a challenge is
 * good once, in the browser that asked for it; whatever an authenticator sends is verified before it counts.
 */
import { randomBytes } from 'node:crypto'
import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server'
import {
  CreationOptions,
  type NewCredential,
  type Passkey,
  RequestOptions,
  type SignedCredential,
} from '../../contract/passkeys.ts'
import { PersonName } from '../../contract/people.ts'
import type { Recording } from './audit.ts'
import { PENDING_MS, Pending } from './pending.ts'
import { newPersonId, type People, type Person } from './people.ts'
import type { StoredPasskey, StoredPerson } from './people-store.ts'
import type { JoinProblem, SignIn, SignInProblem, Visitor } from './sign-in.ts'

/** The server as browsers know it: `id` is its host name. */
export interface RelyingParty {
  readonly id: string
  readonly origin: string
}

/** `expired`: the challenge was used, is too old, or was for another browser. */
export type PasskeyProblem =
  | SignInProblem
  | JoinProblem
  | { readonly kind: 'expired' | 'unverified' | 'known' | 'tooMany' | 'missing' }

export type PasskeyResult<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly problem: PasskeyProblem }

/** What a browser was asked. `for` names the account of a new passkey. */
type Asked =
  | { readonly kind: 'signIn'; readonly challenge: string }
  | { readonly kind: 'add'; readonly challenge: string; readonly for: string }
  | { readonly kind: 'join'; readonly challenge: string; readonly for: string; readonly name: string }

/** Ed25519, ES256 and RS256 (https://www.iana.org/assignments/cose/): each authenticator has one of them. */
const ALGORITHMS = [-8, -7, -257]

export interface PasskeyParts {
  readonly people: People
  /** Whose limits for addresses count failures here too. */
  readonly signIns: Pick<SignIn, 'addresses' | 'accept'>
  readonly record: Recording
  /** The name of the server in the dialogs of browsers. */
  readonly title: string
  readonly now: () => Date
}

export class Passkeys {
  readonly #parts: PasskeyParts
  readonly #pending: Pending<Asked>

  constructor(parts: PasskeyParts) {
    this.#parts = parts
    this.#pending = new Pending(() => parts.now().getTime())
  }

  /** `browser` is a secret of the browser that asks. */
  async signInOptions(party: RelyingParty, browser: string, { address }: Visitor): Promise<RequestOptions> {
    const options = RequestOptions.parse(
      await generateAuthenticationOptions({
        rpID: party.id,
        timeout: PENDING_MS,
        userVerification: 'required',
        challenge: randomBytes(32),
      }),
    )
    this.#pending.begin(browser, { kind: 'signIn', challenge: options.challenge }, address)
    return options
  }

  /** Returns the cookie of a new session. */
  async signIn(
    party: RelyingParty,
    browser: string,
    credential: SignedCredential,
    visitor: Visitor,
  ): Promise<PasskeyResult<string>> {
    const { people, signIns, record } = this.#parts
    const asked = this.#pending.take(browser)
    const waitMs = signIns.addresses.waitOf(visitor.address)
    if (waitMs > 0) return failed({ kind: 'locked', waitMs })
    if (asked?.kind !== 'signIn') return failed({ kind: 'expired' })
    signIns.addresses.begin(visitor.address)
    const found = people.passkeys.find(credential.id)
    const counter = found && (await signedCounter(party, asked.challenge, credential, found))
    const cookie = found && counter !== null ? people.openSession(found.person.id, visitor.device) : null
    if (found === null || counter === null || cookie === null) {
      const about = { ...(found && { name: found.person.name }), why: 'passkey' }
      record({ action: 'sign-in-failed', by: null, address: visitor.address, about })
      return failed({ kind: 'unverified' })
    }
    people.passkeys.signedIn(credential.id, counter)
    signIns.addresses.forgive(visitor.address)
    const { id, name } = found.person
    const about = { how: 'passkey', passkey: found.passkey.name, device: visitor.device }
    record({ action: 'signed-in', by: { id, name }, address: visitor.address, about })
    return { ok: true, value: cookie }
  }

  async addOptions(
    party: RelyingParty,
    browser: string,
    person: Person,
    { address }: Visitor,
  ): Promise<CreationOptions> {
    const options = await this.#creationOptions(party, person)
    this.#pending.begin(browser, { kind: 'add', challenge: options.challenge, for: person.id }, address)
    return options
  }

  async add(
    party: RelyingParty,
    browser: string,
    person: Person,
    made: { readonly name: string; readonly credential: NewCredential },
    { address }: Visitor,
  ): Promise<PasskeyResult<readonly Passkey[]>> {
    const { people, record } = this.#parts
    const asked = this.#pending.take(browser)
    if (asked?.kind !== 'add' || asked.for !== person.id) return failed({ kind: 'expired' })
    if (people.isTaken(person.name, person.id)) return failed({ kind: 'nameTaken' })
    const passkey = await this.#verified(party, asked.challenge, made.credential, made.name)
    if (passkey === null) return failed({ kind: 'unverified' })
    const added = people.passkeys.add(person.id, passkey)
    if (added !== 'added') return failed({ kind: added === 'full' ? 'tooMany' : added })
    const by = { id: person.id, name: person.name }
    record({ action: 'passkey-added', by, address, about: { passkey: passkey.name, host: passkey.host } })
    return { ok: true, value: people.passkeys.of(person.id) }
  }

  remove(person: Person, id: string, { address }: Visitor): 'removed' | 'missing' | 'lastWay' {
    const removed = this.#parts.people.passkeys.remove(person.id, id)
    if (typeof removed === 'string') return removed
    const by = { id: person.id, name: person.name }
    this.#parts.record({ action: 'passkey-removed', by, address, about: { passkey: removed.name } })
    return 'removed'
  }

  async joinOptions(
    party: RelyingParty,
    browser: string,
    wish: { readonly invite: string; readonly name: string },
    visitor: Visitor,
  ): Promise<PasskeyResult<CreationOptions>> {
    const problem = this.#whyNotJoin(wish.invite, wish.name, visitor)
    if (problem !== null) return failed(problem)
    const name = PersonName.parse(wish.name)
    const id = newPersonId()
    const options = await this.#creationOptions(party, { id, name })
    const asked = { kind: 'join', challenge: options.challenge, for: id, name } as const
    this.#pending.begin(browser, asked, visitor.address)
    return { ok: true, value: options }
  }

  /** Returns the cookie of the new member. */
  async join(
    party: RelyingParty,
    browser: string,
    { invite, credential }: { readonly invite: string; readonly credential: NewCredential },
    visitor: Visitor,
  ): Promise<PasskeyResult<string>> {
    const { people, record, signIns } = this.#parts
    const { address, device } = visitor
    const asked = this.#pending.take(browser)
    if (asked?.kind !== 'join') return failed({ kind: 'expired' })
    const passkey = await this.#verified(party, asked.challenge, credential, device || party.id)
    // Another person may have used the link or taken the name meanwhile.
    const problem = this.#whyNotJoin(invite, asked.name, visitor)
    const invitation = people.invitations.find(invite)
    if (problem !== null || invitation === null) return failed(problem ?? { kind: 'spent' })
    if (passkey === null) return failed({ kind: 'unverified' })
    if (people.passkeys.find(passkey.id) !== null) return failed({ kind: 'known' })
    const { role } = invitation
    const { person, cookie } = signIns.accept(invitation.id, asked.for, () => {
      people.invitations.spend(invite)
      return people.joinByPasskey({ id: asked.for, name: asked.name, role, device, passkey })
    })
    const about = { invitation: invitation.id, role, how: 'passkey', device }
    record({ action: 'invitation-used', by: { id: person.id, name: person.name }, address, about })
    return { ok: true, value: cookie }
  }

  #whyNotJoin(invite: string, name: string, { address }: Visitor): JoinProblem | null {
    const { people, signIns } = this.#parts
    const waitMs = signIns.addresses.waitOf(address)
    if (waitMs > 0) return { kind: 'locked', waitMs }
    if (people.invitations.find(invite) === null) {
      signIns.addresses.begin(address)
      return { kind: 'spent' }
    }
    const read = PersonName.safeParse(name)
    if (!read.success) return { kind: 'badName' }
    if (people.isTaken(read.data)) return { kind: 'nameTaken' }
    return people.isFull ? { kind: 'full' } : null
  }

  async #creationOptions(
    party: RelyingParty,
    { id, name }: Pick<Person, 'id' | 'name'>,
  ): Promise<CreationOptions> {
    const known = this.#parts.people.passkeys.credentialsOf(id, party.id)
    const options = await generateRegistrationOptions({
      rpName: this.#parts.title,
      rpID: party.id,
      userName: name,
      userDisplayName: name,
      userID: new TextEncoder().encode(id),
      challenge: randomBytes(32),
      timeout: PENDING_MS,
      attestationType: 'none',
      supportedAlgorithmIDs: ALGORITHMS,
      excludeCredentials: known.map((credential) => ({ id: credential })),
      authenticatorSelection: {
        residentKey: 'required',
        requireResidentKey: true,
        userVerification: 'required',
      },
    })
    return CreationOptions.parse(options)
  }

  /** Null where the credential does not answer the challenge, or cannot be read. */
  async #verified(
    party: RelyingParty,
    challenge: string,
    credential: NewCredential,
    name: string,
  ): Promise<StoredPasskey | null> {
    try {
      const { verified, registrationInfo } = await verifyRegistrationResponse({
        response: { ...credential, clientExtensionResults: {} },
        expectedChallenge: challenge,
        expectedOrigin: party.origin,
        expectedRPID: party.id,
        requireUserVerification: true,
        supportedAlgorithmIDs: ALGORITHMS,
      })
      if (!verified || registrationInfo.credential.id !== credential.id) return null
      const { id, publicKey, counter } = registrationInfo.credential
      const created = this.#parts.now().toISOString()
      const key = Buffer.from(publicKey).toString('base64')
      return { id, publicKey: key, counter, host: party.id, name, created, used: null }
    } catch {
      return null
    }
  }
}

/**
 * The authenticator's counter; null where the signature does not verify, the counter did not grow, or the passkey was made
 * for another account or host.
 */
async function signedCounter(
  party: RelyingParty,
  challenge: string,
  credential: SignedCredential,
  { person, passkey }: { readonly person: StoredPerson; readonly passkey: StoredPasskey },
): Promise<number | null> {
  const { id, publicKey, counter, host } = passkey
  const { userHandle, ...response } = credential.response
  if (host !== party.id || userHandle !== Buffer.from(person.id).toString('base64url')) return null
  try {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: {
        ...credential,
        response: { ...response, userHandle },
        clientExtensionResults: {},
      },
      expectedChallenge: challenge,
      expectedOrigin: party.origin,
      expectedRPID: party.id,
      credential: { id, publicKey: new Uint8Array(Buffer.from(publicKey, 'base64')), counter },
      requireUserVerification: true,
    })
    return verified ? authenticationInfo.newCounter : null
  } catch {
    return null
  }
}

const failed = (problem: PasskeyProblem): { readonly ok: false; readonly problem: PasskeyProblem } => ({
  ok: false,
  problem,
})
