/**
 * pure. Which kept bytes are deleted: those that only old runs need. Code, outputs and the records themselves stay for
 * ever; what goes is what makes a run replayable. Invariant: bytes that any kept run needs are kept.
 */
import type { Digest, RunId, Timestamp } from '../../contract/ids.ts'

export type BytesKind = 'value' | 'file' | 'random state'

/** A run that ended, with the bytes that its replay would need. */
export interface RunBytes {
  readonly run: RunId
  readonly at: Timestamp
  /** Why it is kept whatever its age; null where nothing says so. */
  readonly kept: string | null
  readonly bytes: ReadonlyMap<Digest, BytesKind>
}

export interface RetentionPolicy {
  /** Runs that ended before it may lose their bytes. */
  readonly before: Timestamp
  /** Of the rest the oldest lose theirs until no more than this is kept; null for no limit. */
  readonly maxBytes: number | null
}

export interface LetGo {
  readonly digest: Digest
  readonly kind: BytesKind
  readonly size: number
}

export interface RetentionPlan {
  /** Runs that cannot be replayed as they were any more. */
  readonly runs: readonly RunId[]
  readonly letGo: readonly LetGo[]
  readonly freedBytes: number
  readonly keptBytes: number
  readonly keptRuns: number
}

/** `sizes`: of the bytes that are there; others are gone already. */
export function planRetention(
  runs: readonly RunBytes[],
  sizes: ReadonlyMap<Digest, number>,
  { before, maxBytes }: RetentionPolicy,
): RetentionPlan {
  const keptDigests = new Set<Digest>()
  let [keptBytes, keptRuns] = [0, 0]
  const lost: RunBytes[] = []
  // Kept runs first, then the newest: what they share with older ones stays with them.
  const ordered = runs.toSorted(
    (a, b) => Number(a.kept === null) - Number(b.kept === null) || (a.at < b.at ? 1 : -1),
  )
  for (const run of ordered) {
    const more = [...run.bytes.keys()].filter((digest) => sizes.has(digest) && !keptDigests.has(digest))
    const size = more.reduce((sum, digest) => sum + (sizes.get(digest) ?? 0), 0)
    const isOver = maxBytes !== null && keptBytes + size > maxBytes
    if (run.kept === null && more.length > 0 && (run.at < before || isOver)) {
      lost.push(run)
      continue
    }
    for (const digest of more) keptDigests.add(digest)
    keptBytes += size
    keptRuns++
  }
  const letGo = new Map<Digest, LetGo>()
  for (const { bytes } of lost)
    for (const [digest, kind] of bytes) {
      const size = sizes.get(digest)
      if (size !== undefined && !keptDigests.has(digest)) letGo.set(digest, { digest, kind, size })
    }
  const freedBytes = [...letGo.values()].reduce((sum, { size }) => sum + size, 0)
  return { runs: lost.map(({ run }) => run), letGo: [...letGo.values()], freedBytes, keptBytes, keptRuns }
}
