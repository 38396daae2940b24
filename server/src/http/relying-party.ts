/** pure. By which name passkeys know this server. */
import { isIP } from 'node:net'
import type { RelyingParty } from '../people/passkeys.ts'
import { originAllowed, type Reach } from './gate.ts'

/**
 * The page that asks, as a relying party; null where it is not ours, or has an address in place of a name: browsers make
 * no passkeys for `127.0.0.1`. `origin` and `host` are headers of a request.
 */
export function relyingParty(
  reach: Reach,
  origin: string | undefined,
  host: string | undefined,
): RelyingParty | null {
  if (origin === undefined || !originAllowed(reach, origin, host)) return null
  const id = URL.parse(origin)?.hostname ?? ''
  const isAddress = id.startsWith('[') || isIP(id) !== 0
  return id === '' || isAddress ? null : { id, origin }
}
