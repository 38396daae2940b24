/** pure. A run's entry with the digests that were computed behind its reply. */
import type { Edge } from '../../contract/run.ts'
import type { ContentRead, RunEnded } from './log-entry.ts'

type Content = ContentRead['contents'][number]

/** The entry as it would be had the digests been there at once. */
export function withContents(ended: RunEnded, contents: readonly ContentRead[]): RunEnded {
  if (contents.length === 0) return ended
  const all = contents.flatMap((entry) => entry.contents)
  const reasons = new Map(all.map(({ what, digest, why }) => [what, digest === null ? why : null]))
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
  if (edge.digest !== null) return edge
  const found = contents.find((one) => one.side === side && isAbout(one, edge))
  if (found === undefined || found.digest === null) return edge
  const { digest } = found
  const read = {
    ...edge,
    digest,
    size: edge.size ?? found.size ?? null,
    value: edge.value ?? found.value ?? null,
  }
  // The version of a file is its digest, and that of a folder is the digest of its manifest.
  return edge.kind === 'file' || edge.kind === 'directory' ? { ...read, version: digest } : read
}

const isAbout = (content: Content, { kind, name, by }: Edge): boolean =>
  content.kind === kind && content.name === name && content.by === by
