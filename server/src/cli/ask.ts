/** Questions in the terminal. */
import { createInterface } from 'node:readline/promises'

/** True for yes; false without a terminal, or if `signal` aborts the question. */
export async function askInTerminal(question: string, signal?: AbortSignal): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) return false
  // As a terminal it would take Ctrl-C for itself.
  const reader = createInterface({ input: process.stdin, output: process.stdout, terminal: false })
  try {
    const answer = await reader.question(question, signal === undefined ? {} : { signal })
    return /^y(es)?$/i.test(answer.trim())
  } catch {
    return false
  } finally {
    reader.close()
  }
}
