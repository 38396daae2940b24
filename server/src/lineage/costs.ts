/** What a history holds, and what it takes on disk, by kind. Bytes that several runs share count once. */
import type { Digest } from '../../contract/ids.ts'
import { NOT_KEPT } from '../store/late-content.ts'
import type { Store } from '../store/ports.ts'
import { type Kept, keptBytes } from './collect.ts'
import type { BytesKind } from './retention.ts'

export type CostKind = 'code' | 'output' | 'checkpoint' | BytesKind

export interface Cost {
  readonly kind: CostKind
  /** Objects that are there. */
  readonly count: number
  readonly bytes: number
}

export interface Costs {
  readonly sessions: number
  /** That ended. */
  readonly runs: number
  readonly byKind: readonly Cost[]
  /** Values that were not stored, since the project's budget was spent. */
  readonly notKept: number
  /** For a plan of what can be deleted. */
  readonly kept: Kept
}

type Source = Parameters<typeof keptBytes>[0]
type Sizes = Pick<Store['objects'], 'size'>

const order: readonly CostKind[] = ['code', 'output', 'checkpoint', 'value', 'file', 'random state']

export async function costsOf(store: Source): Promise<Costs> {
  const named = new Map<Digest, CostKind>()
  let [sessions, runs, notKept] = [0, 0, 0]
  for await (const { entry } of store.runs.read()) {
    if (entry.type === 'content-read')
      notKept += entry.contents.filter(({ why }) => why?.startsWith(NOT_KEPT)).length
    if (entry.type === 'session-started') sessions++
    if (entry.type === 'run-queued') named.set(entry.sourceDigest, 'code')
    if (entry.type === 'checkpoint-made') named.set(entry.state, 'checkpoint')
    if (entry.type !== 'run-ended') continue
    runs++
    for (const { digest } of entry.outputs) if (!named.has(digest)) named.set(digest, 'output')
  }
  const kept = await keptBytes(store)
  for (const { bytes } of kept.runs)
    for (const [digest, kind] of bytes) if (!named.has(digest)) named.set(digest, kind)
  const byKind = await sumsOf(store.objects, named, kept.sizes)
  return { sessions, runs, byKind, notKept, kept }
}

async function sumsOf(
  objects: Sizes,
  named: ReadonlyMap<Digest, CostKind>,
  known: ReadonlyMap<Digest, number>,
): Promise<readonly Cost[]> {
  const sums = new Map<CostKind, { count: number; bytes: number }>()
  for (const [digest, kind] of named) {
    const size = known.get(digest) ?? (await objects.size(digest))
    if (size === null) continue
    const sum = sums.get(kind) ?? { count: 0, bytes: 0 }
    sums.set(kind, { count: sum.count + 1, bytes: sum.bytes + size })
  }
  return order.flatMap((kind) => {
    const sum = sums.get(kind)
    return sum === undefined ? [] : [{ kind, ...sum }]
  })
}
