/**
 * pure. A profile for macOS' `sandbox-exec`, in its Scheme dialect: of several rules that match, the last one counts.
 * Reads stay open, but for the history; writes are for the named folders; there is no network.
 */
export interface ProfileOptions {
  /** Folders that may be written to, and in which sockets may be made. Absolute, links resolved. */
  readonly writable: readonly string[]
  /** Folders and files that may not be read. */
  readonly hidden: readonly string[]
  readonly network: boolean
}

const DEVICES = ['/dev/null', '/dev/zero', '/dev/tty', '/dev/ptmx', '/dev/dtracehelper']

/** Services by which a program has another one act outside of the sandbox. */
const SERVICES = [
  'com.apple.coreservices.launchservicesd',
  'com.apple.coreservices.quarantine-resolver',
  'com.apple.pasteboard.1',
  'com.apple.securityd',
  'com.apple.SecurityServer',
]

export function sandboxProfile({ writable, hidden, network }: ProfileOptions): string {
  const folders = writable.map((path) => `(subpath ${quoted(path)})`).join(' ')
  const devices = DEVICES.map((path) => `(literal ${quoted(path)})`).join(' ')
  return [
    '(version 1)',
    '(allow default)',
    '(deny file-write*)',
    `(allow file-write* ${folders} ${devices} (regex #"^/dev/ttys[0-9]+$"))`,
    ...hidden.map((path) => `(deny file-read* (subpath ${quoted(path)}))`),
    `(allow file-read* ${folders})`,
    ...(network ? [] : ['(deny network*)', `(allow network-bind network-inbound ${folders})`]),
    '(deny signal)',
    '(allow signal (target same-sandbox))',
    '(deny appleevent-send)',
    '(deny lsopen)',
    '(deny job-creation)',
    `(deny mach-lookup ${SERVICES.map((name) => `(global-name ${quoted(name)})`).join(' ')})`,
    '(deny system-privilege)',
  ].join('\n')
}

/** A string of Scheme. */
const quoted = (text: string): string => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
