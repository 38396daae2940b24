/** Asks the person at the terminal for a secret, and does not show what they type. */
import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import type { ReplayWorld } from '../replay/world.ts'
import { plain } from './text.ts'

/** Undefined if there is no terminal to ask at. */
export function secretAsker(signal: AbortSignal): ReplayWorld['askSecret'] {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return undefined
  return async ({ cell, title }, fingerprint) => {
    const where = cell === null ? plain(title) : `cell ${cell} (${plain(title)})`
    const typed = await askHidden(`Secret ${fingerprint} of ${where}; empty to leave it out: `, signal)
    return typed === '' ? null : typed
  }
}

/** What a person types at the terminal, unseen. Empty if the signal aborts it. */
export async function askHidden(question: string, signal?: AbortSignal): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: process.stdin, output: silent, terminal: true })
  lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'))
  process.stderr.write(question)
  try {
    return await lines.question('', signal === undefined ? {} : { signal })
  } catch (error) {
    if (signal?.aborted) return ''
    throw error
  } finally {
    lines.close()
    process.stderr.write('\n')
  }
}
