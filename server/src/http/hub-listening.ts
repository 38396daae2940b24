/** pure. Where a server that a JupyterHub starts listens, and by which names it may be reached. */
import type { HubConfig } from '../people/hub-config.ts'
import { loopbackHosts } from './gate.ts'
import { clientAddress, isFrom, isLoopback, type Listening, ListeningError, proxiesOf } from './listening.ts'

/** Names of users are escaped in it. */
const IS_BASE = /^(?:\/(?:[A-Za-z0-9._~@+-]|%[0-9A-F]{2})+)*$/

/**
 * The hub's own proxy is in front, and its operator decides about TLS and networks. `X-Forwarded-For` counts from loopback
 * and from `trustedProxy`. Throws `ListeningError`.
 */
export function hubListening(
  { host, prefix, publicUrl }: Pick<HubConfig, 'host' | 'prefix' | 'publicUrl'>,
  trustedProxy: readonly string[] | undefined,
): Listening {
  const base = prefix.replace(/\/+$/, '')
  if (!IS_BASE.test(base))
    throw new ListeningError(
      `the hub's path ${prefix} has characters that cannot be used`,
      'Names of users and servers have letters, digits and . _ ~ @ + -',
    )
  const url = publicUrl === null ? null : new URL(publicUrl)
  const named = proxiesOf(trustedProxy ?? [])
  const proxies = named ?? proxiesOf(['127.0.0.1', '::1'])
  const isWildcard = host === '0.0.0.0' || host === '::' || host === ''
  const own = isWildcard ? [] : [host.includes(':') ? `[${host}]` : host.toLowerCase()]
  return {
    host,
    tls: null,
    reach: {
      hosts: new Set([...loopbackHosts, ...own, ...(url === null ? [] : [url.hostname])]),
      secureHosts: new Set(url?.protocol === 'https:' ? [url.hostname] : []),
      publicOrigin: url?.origin ?? null,
      base,
      hostHint:
        'The operator of the JupyterHub says by which address people open it: c.JupyterHub.public_url.',
    },
    addressAt: () => (url === null ? null : `${url.origin}${base}`),
    admits: (address) => named === null || isLoopback(address ?? '') || isFrom(named, address),
    addressOf: (request) => clientAddress(request, proxies),
  }
}
