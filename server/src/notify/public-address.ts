/**
 * Which hosts a webhook may reach. Invariant: the address that was looked at is the one that is connected to, so that a name
 * cannot lead elsewhere a moment later; addresses of this machine and its networks are refused.
 */
import { lookup } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'

/** Not for the public: RFC 6890 and the registries that it names. */
const closed = new BlockList()
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const)
  closed.addSubnet(net, bits, 'ipv4')
// Addresses that hold one of version 4 lead there by a gateway.
for (const [net, bits] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const)
  closed.addSubnet(net, bits, 'ipv6')
const global = new BlockList()
global.addSubnet('2000::', 3, 'ipv6')

/** True for an address that any machine of the internet reaches. */
export function isPublicAddress(address: string): boolean {
  const version = isIP(address)
  if (version === 4) return !closed.check(address, 'ipv4')
  return version === 6 && global.check(address, 'ipv6') && !closed.check(address, 'ipv6')
}

/** The host may not be reached. */
export class PrivateAddressError extends Error {
  constructor(host: string) {
    super(`${host} is an address of this machine or of a private network`)
  }
}

/** The lookup of a connection: fails where any address of the name is not public. */
export const publicLookup: LookupFunction = (host, options, done) => {
  lookup(host, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return done(error, [])
    const isClosed = addresses.length === 0 || addresses.some(({ address }) => !isPublicAddress(address))
    if (isClosed) return done(new PrivateAddressError(host), [])
    const [first] = addresses
    if (options.all === true || first === undefined) return done(null, addresses)
    return done(null, first.address, first.family)
  })
}

/** Throws for a host that is written as an address which is not public: no lookup is made for it. */
export function checkLiteral(host: string): void {
  const bare = host.replace(/^\[|\]$/g, '')
  if (isIP(bare) !== 0 && !isPublicAddress(bare)) throw new PrivateAddressError(bare)
}
