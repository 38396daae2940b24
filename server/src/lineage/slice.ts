/**
 * pure. The slice: the runs that made something, by the recorded edges. Invariant: every run in it but the asked ones
 * generated what a later one of it used. Environments are not followed: they are no run's work.
 */
import type { Link, RunIndex, RunLinks } from '../store/ports.ts'
import { orderRuns } from './run-order.ts'

/** Where the edges come from. */
export type LineageSource = Pick<RunIndex, 'links' | 'fileProducer'>
/** And what a run says of its versions. */
export type VersionSource = LineageSource & Pick<RunIndex, 'receipt'>

/** `makers`: runs that made parts of what is asked for which `runs` neither made nor used. */
export interface Asked {
  readonly runs: readonly string[]
  readonly makers?: readonly string[]
}

/** What is asked for: a run, or one thing that it generated or used. */
export type Target =
  | ({ readonly kind: 'runs' } & Asked)
  /** The run has to do with no such thing, or no recorded run made it; `names` are those that can be asked for. */
  | { readonly kind: 'no-name' | 'not-made'; readonly names: readonly string[] }

/**
 * The runs whose slice is that of `name` at `links`: the run itself where it generated it, with those that made the parts
 * of it that the run left alone; else who made what it used.
 */
export async function targetOf(source: VersionSource, links: RunLinks, name: string): Promise<Target> {
  if (links.generated.some((link) => link.name === name)) {
    const receipt = await source.receipt(links.run)
    const versions = receipt?.generated.filter((edge) => edge.name === name) ?? []
    return { kind: 'runs', runs: [links.run], makers: versions.flatMap(({ makers }) => makers) }
  }
  const used = links.used.filter((link) => link.name === name && link.kind !== 'environment')
  const runs = await producersOf(source, { ...links, used })
  if (runs.length > 0) return { kind: 'runs', runs }
  return { kind: used.length > 0 ? 'not-made' : 'no-name', names: namesOf(links) }
}

function namesOf({ generated, used }: RunLinks): readonly string[] {
  const links = [...generated, ...used].filter(({ kind }) => kind !== 'environment')
  return [...new Set(links.map(({ name }) => name))]
}

/**
 * The runs that made what is asked for, oldest first; a single asked run is the last. Runs that did not end are not in it,
 * nor those that are not `within`, where that is given.
 */
export async function sliceOf(
  source: LineageSource,
  { runs, makers = [] }: Asked,
  within: ReadonlySet<string> | null = null,
): Promise<readonly string[]> {
  const graph = await collect(source, [...runs, ...makers], within)
  const [last] = runs.length === 1 ? runs : []
  // What the asked run made is not what made it, even where others of the slice used that.
  const before = [...graph.values()].filter(({ links }) => links.run !== last)
  const ordered = orderRuns(
    before.map(({ links }) => links),
    (run) => graph.get(run)?.producers ?? [],
  ).map(({ run }) => run)
  return last !== undefined && graph.has(last) ? [...ordered, last] : ordered
}

interface Reached {
  readonly links: RunLinks
  readonly producers: readonly string[]
}

async function collect(
  source: LineageSource,
  targets: readonly string[],
  within: ReadonlySet<string> | null,
): Promise<ReadonlyMap<string, Reached>> {
  const reached = new Map<string, Reached>()
  // A set is walked to its end, also where that moves away while walking.
  const asked = new Set(targets)
  for (const run of asked) {
    const links = await source.links(run)
    if (links === null) continue
    const producers = await producersOf(source, links)
    reached.set(run, { links, producers })
    for (const producer of producers) if (within?.has(producer) ?? true) asked.add(producer)
  }
  return reached
}

/** The runs that generated what this one used, each once. */
async function producersOf(source: LineageSource, { run, used }: RunLinks): Promise<readonly string[]> {
  const producers = new Set<string>()
  for (const link of used) {
    const producer = await producerOf(source, link, run)
    if (producer !== null && producer !== run) producers.add(producer)
  }
  return [...producers]
}

/** The run that made what `link` names, as `run` used it; null where no recorded run did. */
export async function producerOf(
  source: Pick<RunIndex, 'fileProducer'>,
  link: Link,
  run: string,
): Promise<string | null> {
  if (link.kind === 'environment') return null
  if (link.by !== null || link.digest === null) return link.by
  if (link.kind !== 'file' && link.kind !== 'table') return null
  return source.fileProducer(link.name, link.digest, run, link.kind)
}
