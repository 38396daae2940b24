/**
 * pure but for reading the certificate. Where the server listens and by which names it may be reached. Invariant: others
 * than this machine reach it by TLS alone, its own or that of a proxy that was named.
 */
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { BlockList, isIP } from 'node:net'
import { isBase, OWN_PARTS } from './base.ts'
import { loopbackHosts, type Reach } from './gate.ts'

export interface ListeningOptions {
  readonly host: string
  readonly tlsCert?: string | undefined
  readonly tlsKey?: string | undefined
  readonly publicUrl?: string | undefined
  /** Addresses or CIDR blocks. */
  readonly trustedProxy?: readonly string[] | undefined
}

/** What of a request says where it comes from. */
type Sent = Pick<IncomingMessage, 'headers'> & {
  readonly socket: { readonly remoteAddress?: string | undefined }
}

export interface Listening {
  readonly host: string
  readonly tls: { readonly cert: string; readonly key: string } | null
  readonly reach: Reach
  /** The origin to open in a browser, given the port; null where it is that of the listener. */
  readonly addressAt: (port: number) => string | null
  /** Whether a connection from this address is taken. */
  readonly admits: (address: string | undefined) => boolean
  /** The address that a request comes from: where a named proxy passes it on, the one that the proxy says. */
  readonly addressOf: (request: Sent) => string
}

/** Why the server cannot listen like that, and what to do. */
export class ListeningError extends Error {
  readonly hint: string
  constructor(message: string, hint: string) {
    super(message)
    this.hint = hint
  }
}

export const isLoopback = (host: string): boolean => /^(?:127\.\d+\.\d+\.\d+|localhost|::1)$/.test(host)

/** Throws `ListeningError`. */
export function listeningOf(options: ListeningOptions): Listening {
  const { host } = options
  const url = options.publicUrl === undefined ? null : publicOrigin(options.publicUrl)
  const base = url?.pathname.replace(/\/+$/, '') ?? ''
  const secured = certificateOf(options)
  const tls = secured?.tls ?? null
  const proxies = proxiesOf(options.trustedProxy ?? [])
  if (!isLoopback(host) && tls === null && (url === null || proxies === null)) throw unprotected(host)
  if (proxies !== null && url === null)
    throw new ListeningError(
      '--trusted-proxy needs the address that people open',
      'Add it: --public-url https://notebook.example',
    )
  const names = secured?.names ?? []
  if (tls !== null && names.length === 0 && url === null)
    throw new ListeningError(
      'the certificate names no host',
      'Say by which address people open the notebook: --public-url https://notebook.example:8888',
    )
  const name = names.includes(host) ? host : names[0]
  const secureHosts = new Set([...names, ...(url === null ? [] : [url.hostname])])
  return {
    host,
    tls,
    reach: {
      hosts: new Set([...loopbackHosts, ...(isWildcard(host) ? [] : [host.toLowerCase()]), ...secureHosts]),
      secureHosts,
      publicOrigin: url?.origin ?? null,
      base,
    },
    addressAt: (port) =>
      (url && `${url.origin}${base}`) ?? (name === undefined ? null : `https://${name}:${port}`),
    admits: proxies === null ? () => true : (address) => isFrom(proxies, address),
    addressOf: (request) => clientAddress(request, proxies),
  }
}

const isWildcard = (host: string): boolean => host === '0.0.0.0' || host === '::'

const unprotected = (host: string): ListeningError =>
  new ListeningError(
    `${host} can be reached by others, and what they send would not be encrypted`,
    [
      'People who get in can run code as you. Use one of:',
      `    yesterday serve --host ${host} --tls-cert cert.pem --tls-key key.pem`,
      `    yesterday serve --host ${host} --public-url https://notebook.example --trusted-proxy 10.0.0.7`,
      '    ssh -L 8888:localhost:8888 THIS-MACHINE     (and serve on loopback, as without --host)',
    ].join('\n  '),
  )

function publicOrigin(text: string): URL {
  const url = URL.parse(text)
  const base = url?.pathname.replace(/\/+$/, '') ?? ''
  const isPlain = url !== null && url.search === '' && url.hash === '' && url.username === ''
  if (OWN_PARTS.has(base.split('/')[1] ?? ''))
    throw new ListeningError(
      `--public-url ${text} begins with a path of the server's own`,
      'Choose another path, such as https://notebook.example/team.',
    )
  if (url?.protocol === 'https:' && isPlain && isBase(base)) return url
  throw new ListeningError(
    `--public-url ${text} is not an address that can be used`,
    'It is https:// with a name, and perhaps a port and a path: https://notebook.example/team',
  )
}

interface Secured {
  readonly tls: { readonly cert: string; readonly key: string }
  /** Host names and IPv4 addresses of the certificate. */
  readonly names: readonly string[]
}

function certificateOf({ tlsCert, tlsKey }: ListeningOptions): Secured | null {
  if (tlsCert === undefined && tlsKey === undefined) return null
  if (tlsCert === undefined || tlsKey === undefined)
    throw new ListeningError(
      'TLS needs a certificate and its key',
      'Give both: --tls-cert FILE --tls-key FILE',
    )
  const [cert, key] = [read(tlsCert), read(tlsKey)]
  const parsed = certificate(tlsCert, cert)
  if (!fits(parsed, tlsKey, key))
    throw new ListeningError(
      `${tlsKey} is not the key of ${tlsCert}`,
      'Give the key that the certificate was made for.',
    )
  if (Date.parse(parsed.validTo) < Date.now())
    throw new ListeningError(`the certificate ${tlsCert} expired on ${parsed.validTo}`, 'Renew it.')
  return { tls: { cert, key }, names: namesIn(parsed) }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new ListeningError(`${file} cannot be read: ${why}`, 'Give a PEM file that this user may read.')
  }
}

function certificate(file: string, text: string): X509Certificate {
  try {
    return new X509Certificate(text)
  } catch {
    throw new ListeningError(
      `${file} is not a certificate`,
      'Give the chain as PEM: -----BEGIN CERTIFICATE-----',
    )
  }
}

function fits(parsed: X509Certificate, file: string, key: string): boolean {
  try {
    return parsed.checkPrivateKey(createPrivateKey(key))
  } catch {
    throw new ListeningError(`${file} is not a private key`, 'Give it as PEM, without a passphrase.')
  }
}

/** Names with wildcards are for `--public-url`. */
function namesIn({ subjectAltName = '' }: X509Certificate): readonly string[] {
  return subjectAltName.split(', ').flatMap((entry) => {
    const [, name = ''] = /^(?:DNS|IP Address):([\w.-]+)$/.exec(entry) ?? []
    return name === '' ? [] : [name.toLowerCase()]
  })
}

export function proxiesOf(blocks: readonly string[]): BlockList | null {
  if (blocks.length === 0) return null
  const list = new BlockList()
  for (const block of blocks) addBlock(list, block)
  return list
}

function addBlock(list: BlockList, block: string): void {
  const [address = '', bits] = block.split('/')
  const family = isIP(address)
  const longest = family === 6 ? 128 : 32
  const length = bits === undefined ? longest : /^\d{1,3}$/.test(bits) ? Number(bits) : -1
  if (family === 0 || length < 0 || length > longest)
    throw new ListeningError(
      `--trusted-proxy ${block} is no address and no CIDR block`,
      'Give the address that the proxy connects from: 10.0.0.7 or 10.0.0.0/8.',
    )
  list.addSubnet(address, length, family === 6 ? 'ipv6' : 'ipv4')
}

/**
 * The last address of `X-Forwarded-For` that is no proxy of ours: what is before it, the client may have written. So is what
 * is before an entry that is no address: the proxy's own address counts then.
 */
export function clientAddress({ headers, socket }: Sent, proxies: BlockList | null): string {
  const direct = plainAddress(socket.remoteAddress)
  if (proxies === null || !isFrom(proxies, direct)) return direct
  const passed = [headers['x-forwarded-for'] ?? []].flat().join(',').split(',').slice(-20)
  const last = passed.map(forwardedAddress).findLast((address) => !isFrom(proxies, address))
  return last || direct
}

/** Some proxies add the port: `192.0.2.9:4711`, `[2001:db8::1]:4711`. '' for what is no address. */
function forwardedAddress(entry: string): string {
  const text = entry.trim()
  const [, bracketed, dotted] = /^(?:\[([^\]]+)\]|([\d.]+))(?::\d+)?$/.exec(text) ?? []
  const address = plainAddress(bracketed ?? dotted ?? text)
  return isIP(address) === 0 ? '' : address
}

const plainAddress = (address: string | undefined): string => address?.replace(/^::ffff:/, '') ?? ''

export function isFrom(proxies: BlockList, address: string | undefined): boolean {
  const plain = plainAddress(address)
  const family = isIP(plain)
  if (family === 0) return false
  return isLoopback(plain) || proxies.check(plain, family === 6 ? 'ipv6' : 'ipv4')
}
