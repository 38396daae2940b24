/**
 * Opens the start address in the browser. The token in it lets any reader in, and command lines can be read by
 * every user of the machine: the browser is given a private file that leads on, which is removed when it has served.
 */
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { openUserFolder } from '../user/user-folder.ts'

/** A browser that starts cold takes some seconds to read it. */
const READ_WITHIN_MS = 60_000

/** How a file's address is opened on this platform. */
export type Opener = (address: string) => void

/** Returns the removal of the file: call it once the address has been opened, or when the server ends. */
export function openBrowser(url: string, open: Opener = openWithSystem): () => void {
  const file = join(openUserFolder(undefined, 'open'), `${randomBytes(16).toString('hex')}.html`)
  writeFileSync(file, redirectPage(url), { mode: 0o600, flag: 'wx' })
  const timer = setTimeout(remove, READ_WITHIN_MS)
  timer.unref()
  function remove(): void {
    clearTimeout(timer)
    rmSync(file, { force: true })
  }
  open(pathToFileURL(file).href)
  return remove
}

/** The address is ours: no character of it has a meaning in HTML but `&`. */
export function redirectPage(url: string): string {
  const address = url.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Yesterday</title>
<meta name="referrer" content="no-referrer"><meta http-equiv="refresh" content="0;url=${address}"></head>
<body><p><a href="${address}">Open Yesterday</a></p></body></html>
`
}

function openWithSystem(address: string): void {
  const programs: Readonly<Partial<Record<NodeJS.Platform, string>>> = { darwin: 'open', win32: 'explorer' }
  const child = spawn(programs[process.platform] ?? 'xdg-open', [address], {
    stdio: 'ignore',
    detached: true,
  })
  child.on('error', () => {})
  child.unref()
}
