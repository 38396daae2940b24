/** pure. The objects that proven entries name, so that their bytes can be checked against the digests. */
import type { Digest } from '../../../contract/ids.ts'
import type { LogEntry } from '../log-entry.ts'

export interface NamedObject {
  readonly what: 'source' | 'output' | 'value' | 'file'
  /** Of the variable or file; the MIME type of an output; null for the source. */
  readonly name: string | null
  readonly digest: Digest
}

export function objectsNamedBy(entries: readonly LogEntry[]): readonly NamedObject[] {
  const found = entries.flatMap(objectsOf)
  const seen = new Set<string>()
  return found.filter(({ digest }) => !seen.has(digest) && seen.add(digest) !== null)
}

function objectsOf(entry: LogEntry): readonly NamedObject[] {
  if (entry.type === 'run-queued') return [{ what: 'source', name: null, digest: entry.sourceDigest }]
  if (entry.type !== 'run-ended') return []
  const outputs = entry.outputs.map(({ mime, digest }) => ({ what: 'output' as const, name: mime, digest }))
  const values = [...entry.used, ...entry.generated].flatMap(({ kind, name, value }) =>
    value === null
      ? []
      : [{ what: kind === 'variable' ? ('value' as const) : ('file' as const), name, digest: value.digest }],
  )
  return [...outputs, ...values]
}
