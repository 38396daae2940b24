/** pure. Which objects the log says are kept. */
import type { Digest } from '../../contract/ids.ts'
import type { LogEntry } from './log-entry.ts'

/** The objects that an entry says are kept; digests of edges are identities, and need not be. */
export function digestsOf(entry: LogEntry): readonly Digest[] {
  if (entry.type === 'run-queued') return [entry.sourceDigest]
  if (entry.type === 'run-ended') return entry.outputs.map(({ digest }) => digest)
  return []
}
