/**
 * pure. Who may knock: the Host and Origin of a request. Invariant: a browser that was sent here by a foreign page, or
 * by a foreign name that resolves to this machine, gets nothing and changes nothing.
 */

/** Where this server may be reached. */
export interface Reach {
  /** Host names without ports, lower case. A forwarded port keeps the name, so ports are not compared here. */
  readonly hosts: ReadonlySet<string>
  /** Those that are reached by TLS alone: their pages have an https origin. */
  readonly secureHosts: ReadonlySet<string>
  /** The address of the proxy in front, where one was named: `https://notebook.example`. */
  readonly publicOrigin: string | null
  /** The path of that address, without a slash at its end; absent or '' at the root. */
  readonly base?: string
  /** What to do where a name is not among `hosts`. */
  readonly hostHint?: string
}

/** The names of loopback; no DNS server can answer for them. */
export const loopbackHosts: readonly string[] = ['localhost', '127.0.0.1', '[::1]']

/** Reads a Host header; null when it is not `name` or `name:port`. */
export function hostName(header: string | undefined): string | null {
  const match = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/i.exec(header ?? '')
  return match?.[1]?.toLowerCase() ?? null
}

/** True when the request was addressed to a name that is ours. */
export function hostAllowed(reach: Reach, header: string | undefined): boolean {
  const name = hostName(header)
  return name !== null && reach.hosts.has(name)
}

/** The address of this server for the sender of a request to `host`, which was allowed. */
export function ownOrigin(reach: Reach, host: string | undefined): string {
  const scheme = reach.secureHosts.has(hostName(host) ?? '') ? 'https' : 'http'
  return reach.publicOrigin ?? `${scheme}://${host}`
}

/** True when the page that asks is our own: its origin equals, whole, the address that the request was sent to. */
export function originAllowed(reach: Reach, origin: string | undefined, host: string | undefined): boolean {
  if (origin === undefined || origin === 'null' || !hostAllowed(reach, host)) return false
  const scheme = reach.secureHosts.has(hostName(host) ?? '') ? 'https' : 'http'
  return origin === `${scheme}://${host}` || (reach.publicOrigin !== null && origin === reach.publicOrigin)
}

/** Methods that change nothing (RFC 9110, 9.2.1). */
export const isSafeMethod = (method: string): boolean => method === 'GET' || method === 'HEAD'
