/** pure. Which addresses count as one for limits. */
import { isIPv6 } from 'node:net'

/** Parts of an IPv6 address that name its network: a host has all the 2^64 addresses of one. */
const NETWORK_PARTS = 4
const ALL_PARTS = 8

/** The /64 of an IPv6 address (RFC 4291, 2.5.4); another address itself. */
export function networkOf(address: string): string {
  const [plain = ''] = address.split('%')
  if (!isIPv6(plain) || plain.includes('.')) return address
  const [before = [], after = []] = plain
    .split('::')
    .map((half) => half.split(':').filter((part) => part !== ''))
  const missing = Array.from({ length: ALL_PARTS - before.length - after.length }, () => '0')
  const parts = [...before, ...missing, ...after].slice(0, NETWORK_PARTS)
  return `${parts.map((part) => Number.parseInt(part, 16).toString(16)).join(':')}::/64`
}
