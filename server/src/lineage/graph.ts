/**
 * What lies around a run: runs and versions, hop by hop in both directions. Invariant: bounded; around each run so
 * many links are followed and the rest is counted in `more`, so that a run with 10⁵ inputs is drawn at once as well.
 */
import type { GraphLink, GraphVersion, Neighbourhood } from '../../contract/past.ts'
import type { Link, RunIndex, RunLinks } from '../store/ports.ts'
import { producerOf } from './slice.ts'

export type GraphSource = Pick<RunIndex, 'links' | 'fileProducer' | 'consumers' | 'runNames'>

export interface GraphQuestion {
  readonly run: string
  /** Only what has to do with this name is around the asked run. */
  readonly name: string | null
  readonly hops: number
  /** Links that are followed around each run, in each direction. */
  readonly width: number
}

/** The most runs in one answer. */
const MOST_RUNS = 300

/** Null when the run is unknown or has not ended. */
export async function neighbourhoodOf(
  source: GraphSource,
  { run, name, hops, width }: GraphQuestion,
): Promise<Neighbourhood | null> {
  const found = new Found(width)
  let front: readonly string[] = [run]
  for (let hop = 0; hop <= hops && front.length > 0; hop++) {
    const next = new Set<string>()
    for (const one of front) {
      if (found.has(one) || found.size >= MOST_RUNS) continue
      const links = await source.links(one)
      if (links === null) continue
      const seen = hop === 0 && name !== null ? only(links, name) : links
      for (const neighbour of await found.add(source, seen, hop)) next.add(neighbour)
    }
    front = hop < hops ? [...next] : []
  }
  return found.has(run) ? found.answer(source, run) : null
}

const only = (links: RunLinks, name: string): RunLinks => ({
  ...links,
  used: links.generated.some((link) => link.name === name)
    ? links.used
    : links.used.filter((link) => link.name === name),
  generated: links.generated.filter((link) => link.name === name),
})

class Found {
  readonly #width: number
  readonly #hops = new Map<string, number>()
  readonly #more = new Map<string, number>()
  readonly #versions = new Map<string, GraphVersion>()
  readonly #links = new Map<string, GraphLink>()

  constructor(width: number) {
    this.#width = width
  }

  get size(): number {
    return this.#hops.size
  }

  has(run: string): boolean {
    return this.#hops.has(run)
  }

  /** Adds a run; returns its neighbours. */
  async add(source: GraphSource, links: RunLinks, hop: number): Promise<readonly string[]> {
    const { run } = links
    const used = links.used.filter(({ kind }) => kind !== 'environment')
    this.#hops.set(run, hop)
    const neighbours: string[] = []
    for (const link of used.slice(0, this.#width)) {
      const by = await producerOf(source, link, run)
      this.#put(run, { ...link, by }, 'used')
      if (by !== null) neighbours.push(by)
    }
    for (const link of links.generated.slice(0, this.#width))
      this.#put(run, { ...link, by: run }, 'generated')
    const consumers = await source.consumers(run, this.#width + 1)
    neighbours.push(...consumers.slice(0, this.#width))
    this.#more.set(
      run,
      beyond(used, this.#width) + beyond(links.generated, this.#width) + beyond(consumers, this.#width),
    )
    return neighbours
  }

  #put(run: string, { kind, name, digest, by }: Link, direction: GraphLink['direction']): void {
    const id = `${kind}:${name}@${by ?? digest ?? 'outside'}`
    this.#versions.set(id, { id, kind, name, digest, by })
    this.#links.set(`${run} ${direction} ${id}`, { run, version: id, direction })
  }

  async answer(source: GraphSource, run: string): Promise<Neighbourhood> {
    const names = await source.runNames([...this.#hops.keys()])
    return {
      run,
      runs: names.map((one) => ({
        ...one,
        more: this.#more.get(one.run) ?? 0,
        hop: this.#hops.get(one.run) ?? 0,
      })),
      versions: [...this.#versions.values()],
      links: [...this.#links.values()],
    }
  }
}

const beyond = (list: readonly unknown[], width: number): number => Math.max(0, list.length - width)
