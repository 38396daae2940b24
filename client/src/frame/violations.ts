/** What the frame's policy kept from being loaded, by host; reported together, each host once. */

const TOGETHER_MS = 100

export function watchViolations(report: (hosts: readonly string[]) => void): void {
  const known = new Set<string>()
  let fresh: string[] = []
  const flush = (): void => {
    report(fresh)
    fresh = []
  }
  document.addEventListener('securitypolicyviolation', ({ blockedURI, disposition }) => {
    const host = disposition === 'enforce' ? hostOf(blockedURI) : null
    if (host === null || known.has(host)) return
    known.add(host)
    if (fresh.push(host) === 1) setTimeout(flush, TOGETHER_MS)
  })
}

/** Null for what names no host: `inline`, `eval`, `blob`, `data`. */
function hostOf(uri: string): string | null {
  try {
    const { protocol, host } = new URL(uri)
    return ['http:', 'https:', 'ws:', 'wss:'].includes(protocol) && host !== '' ? host : null
  } catch {
    return null
  }
}
