/** Faults that ended the server, kept in `.yesterday/faults.log`. Invariant: the file stays under 2 MiB, old ones first out. */
import { appendFileSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'

const LIMIT = 1024 * 1024

/** Appends a line, at once, as the process is about to end. A disk that does not take it is no further fault. */
export function keepFault(folder: string, line: string): void {
  const file = join(folder, 'faults.log')
  try {
    const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0
    if (size > LIMIT) renameSync(file, `${file}.old`)
    appendFileSync(file, `${line}\n`, { mode: 0o600 })
  } catch {
    // It was printed as well.
  }
}
