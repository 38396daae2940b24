/** What the objects of a history are for: those that are texts can be masked, the others can only be removed. */
import type { Digest, RunId } from '../../contract/ids.ts'
import type { StoredValue } from '../../contract/run.ts'
import type { LogEntry } from '../store/log-entry.ts'

export type Role = 'code' | 'output' | 'checkpoint'

export interface Roles {
  /** Objects with another role, or with none that the log knows, are not here. */
  readonly texts: ReadonlyMap<string, Role>
  /** Values and file versions, by digest. */
  readonly values: ReadonlyMap<string, StoredValue>
  /** What is asked about names these; null if it is the whole history. */
  readonly within: ReadonlySet<string> | null
}

export async function readRoles(
  log: AsyncIterable<{ readonly entry: LogEntry }>,
  outputsOfDocuments: ReadonlySet<string>,
  run: RunId | null,
): Promise<Roles> {
  const texts = new Map<string, Role>([...outputsOfDocuments].map((digest) => [digest, 'output']))
  const values = new Map<string, StoredValue>()
  const within = run === null ? null : new Set<string>()
  for await (const { entry } of log) {
    const named = objectsOf(entry)
    for (const [digest, role] of named.texts) texts.set(digest, role)
    for (const value of named.values) values.set(value.digest, value)
    if (!('run' in entry) || entry.run !== run) continue
    for (const digest of [...named.texts.keys(), ...named.values.map(({ digest }) => digest)])
      within?.add(digest)
  }
  return { texts, values, within }
}

function objectsOf(entry: LogEntry): {
  readonly texts: ReadonlyMap<Digest, Role>
  readonly values: readonly StoredValue[]
} {
  if (entry.type === 'run-queued') return { texts: new Map([[entry.sourceDigest, 'code']]), values: [] }
  if (entry.type === 'checkpoint-made') return { texts: new Map([[entry.state, 'checkpoint']]), values: [] }
  if (entry.type === 'content-read')
    return { texts: new Map(), values: entry.contents.flatMap(({ value }) => value ?? []) }
  if (entry.type !== 'run-ended') return { texts: new Map(), values: [] }
  const edges = [...entry.used, ...entry.generated]
  return {
    texts: new Map(entry.outputs.map(({ digest }) => [digest, 'output'])),
    values: edges.flatMap(({ value }) => value ?? []),
  }
}
