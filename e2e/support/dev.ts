/** `npm run dev`, as a person starts it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join, resolve } from 'node:path'

/** The repository. */
export const home = resolve(import.meta.dirname, '../..')

/** Starts it on a folder; `printed` is all that it said. */
export function startDev(folder: string) {
  const child: ChildProcess = spawn(process.execPath, [join(home, 'server/setup/dev.js'), folder], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let printed = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => {
      printed += text
    })
  const stop = async (): Promise<void> => {
    const ended = once(child, 'exit')
    if (child.exitCode === null && child.kill('SIGTERM')) await ended
  }
  return { printed: () => printed, stop }
}
