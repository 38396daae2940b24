/**
 * An authenticator in software, for tests: discoverable ES256 credentials with attestation `none`
 * (https://www.w3.org/TR/webauthn-3/#sctn-attestation). `tampered` changes one thing that a server must notice.
 */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import type {
  CreationOptions,
  NewCredential,
  RequestOptions,
  SignedCredential,
} from '../../contract/passkeys.ts'

export interface Tampered {
  readonly origin?: string
  readonly rpId?: string
  readonly challenge?: string
  readonly counter?: number
  readonly type?: string
  readonly userHandle?: string
  /** Bit field of the authenticator data; user present and verified by default. */
  readonly flags?: number
}

interface Held {
  readonly id: Buffer
  readonly key: KeyObject
  readonly rpId: string
  readonly user: string
}

const PRESENT_AND_VERIFIED = 0x05
const ATTESTED = 0x40
const text = (bytes: Buffer): string => bytes.toString('base64url')

export class SoftAuthenticator {
  readonly #held: Held[] = []
  readonly #origin: string
  #counter = 0

  constructor(origin: string) {
    this.#origin = origin
  }

  create(options: CreationOptions, tampered: Tampered = {}): NewCredential {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const id = randomBytes(32)
    this.#held.push({ id, key: privateKey, rpId: options.rp.id, user: options.user.id })
    const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
    const cose = cbor(
      new Map<number, number | Buffer>([
        [1, 2],
        [3, -7],
        [-1, 1],
        [-2, Buffer.from(x, 'base64url')],
        [-3, Buffer.from(y, 'base64url')],
      ]),
    )
    const length = Buffer.alloc(2)
    length.writeUInt16BE(id.length)
    const attested = Buffer.concat([Buffer.alloc(16), length, id, cose])
    const authData = Buffer.concat([this.#data(options.rp.id, ATTESTED, tampered), attested])
    const attestation = cbor(
      new Map<string, string | Buffer | Map<string, string>>([
        ['fmt', 'none'],
        ['attStmt', new Map()],
        ['authData', authData],
      ]),
    )
    return {
      id: text(id),
      rawId: text(id),
      type: 'public-key',
      response: {
        clientDataJSON: this.#client('webauthn.create', options.challenge, tampered),
        attestationObject: text(attestation),
        transports: ['internal'],
      },
    }
  }

  /** Signs with the newest credential of the host. */
  get(options: RequestOptions, tampered: Tampered = {}): SignedCredential {
    const held = this.#held.findLast(({ rpId }) => rpId === options.rpId)
    if (held === undefined) throw new Error(`there is no passkey for ${options.rpId}`)
    this.#counter++
    const data = this.#data(options.rpId, 0, tampered)
    const clientDataJSON = this.#client('webauthn.get', options.challenge, tampered)
    const hash = createHash('sha256').update(Buffer.from(clientDataJSON, 'base64url')).digest()
    return {
      id: text(held.id),
      rawId: text(held.id),
      type: 'public-key',
      response: {
        clientDataJSON,
        authenticatorData: text(data),
        signature: text(sign('sha256', Buffer.concat([data, hash]), held.key)),
        userHandle: tampered.userHandle ?? held.user,
      },
    }
  }

  #data(rpId: string, flags: number, tampered: Tampered): Buffer {
    const tail = Buffer.alloc(5)
    tail.writeUInt8((tampered.flags ?? PRESENT_AND_VERIFIED) | flags)
    tail.writeUInt32BE(tampered.counter ?? this.#counter, 1)
    return Buffer.concat([
      createHash('sha256')
        .update(tampered.rpId ?? rpId)
        .digest(),
      tail,
    ])
  }

  #client(type: string, challenge: string, tampered: Tampered): string {
    const data = {
      type: tampered.type ?? type,
      challenge: tampered.challenge ?? challenge,
      origin: tampered.origin ?? this.#origin,
      crossOrigin: false,
    }
    return text(Buffer.from(JSON.stringify(data)))
  }
}

type Cbor = number | string | Buffer | ReadonlyMap<number | string, Cbor>

/** RFC 8949, as far as it is needed. */
function cbor(value: Cbor): Buffer {
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value)
  if (typeof value === 'string') return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)])
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value])
  return Buffer.concat([head(5, value.size), ...[...value].flatMap(([name, one]) => [cbor(name), cbor(one)])])
}

function head(kind: number, size: number): Buffer {
  const first = kind << 5
  if (size < 24) return Buffer.from([first | size])
  return size < 256 ? Buffer.from([first | 24, size]) : Buffer.from([first | 25, size >> 8, size & 0xff])
}
