/** pure. A run's entry with the digests that were computed behind its reply. */
import type { Edge } from '../../contract/run.ts'
import type { ContentRead, RunEnded } from './log-entry.ts'

/** The reason in a receipt begins so where the project's budget was spent. */
export const NOT_KEPT = 'not kept: budget'

type Content = ContentRead['contents'][number]

/** The entry as it would be had the digests been there at once. */
export function withContents(ended: RunEnded, contents: readonly ContentRead[]): RunEnded {
  if (contents.length === 0) return ended
  const all = contents.flatMap((entry) => entry.contents)
  const reasons = new Map(all.map(({ what, why }) => [what, why]))
  return {
    ...ended,
    used: ended.used.map((edge) => withDigest(edge, 'used', all)),
    generated: ended.generated.map((edge) => withDigest(edge, 'generated', all)),
    notCaptured: ended.notCaptured.flatMap((missing) => {
      const why = reasons.get(missing.what)
      if (why === undefined) return [missing]
      return why === null ? [] : [{ ...missing, why }]
    }),
  }
}

function withDigest(edge: Edge, side: Content['side'], contents: readonly Content[]): Edge {
  const found = contents.filter((one) => one.side === side && one.digest !== null && isAbout(one, edge))
  const digest = edge.digest ?? found[0]?.digest ?? null
  if (digest === null || found.length === 0) return edge
  // A value may come behind its digest, and belongs to that digest alone.
  const same = found.filter((one) => one.digest === digest)
  const read = {
    ...edge,
    digest,
    size: edge.size ?? same.find(({ size }) => size != null)?.size ?? null,
    value: edge.value ?? same.find(({ value }) => value != null)?.value ?? null,
  }
  // The version of a file is its digest, and that of a folder is the digest of its manifest.
  return edge.kind === 'file' || edge.kind === 'directory' ? { ...read, version: digest } : read
}

const isAbout = (content: Content, { kind, name, by }: Edge): boolean =>
  content.kind === kind && content.name === name && content.by === by
