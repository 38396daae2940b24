/** What lies upstream of a run, so many steps back: the walk that slices and causes are made of. */
import { type LineageSource, producerOf } from '../src/lineage/slice.ts'

export async function upstreamOf(
  source: LineageSource,
  run: string,
  depth: number,
): Promise<ReadonlySet<string>> {
  const seen = new Set([run])
  let front: readonly string[] = [run]
  for (let step = 0; step < depth && front.length > 0; step++) {
    const next = new Set<string>()
    for (const one of front) {
      const links = await source.links(one)
      for (const link of links?.used ?? []) {
        const maker = await producerOf(source, link, one)
        if (maker !== null && !seen.has(maker)) next.add(maker)
      }
    }
    for (const one of next) seen.add(one)
    front = [...next]
  }
  return seen
}
