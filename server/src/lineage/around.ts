/**
 * pure. The neighbourhood of a run: who made what it used, some steps back, and whether that is still the same.
 * Invariant: at most `NODES` runs are named, the nearest first; what is left out is counted on the run that needs it.
 */
import type { Around, AroundEdge, AroundNode, InputNow } from '../../contract/around.ts'
import type { ChangedRoot } from '../../contract/past.ts'
import { partsOfBoth, partsOverlap } from '../store/parts.ts'
import type { Link, LogQuery, RunIndex, RunLinks } from '../store/ports.ts'
import { producerOf } from './slice.ts'
import type { FileNow } from './stale-facts.ts'

/** Where the edges come from. */
export type AroundSource = Pick<RunIndex, 'links' | 'fileProducer' | 'summaries' | 'page'>

export interface AroundFacts {
  readonly run: string
  readonly hops: number
  /** The session whose kernel lives; null where none does. */
  readonly session: string | null
  /** The files that the run read, as they are now. */
  readonly files: (names: ReadonlySet<string>) => Promise<ReadonlyMap<string, FileNow>>
  /** What changed further up. */
  readonly roots: () => Promise<readonly ChangedRoot[]>
}

const NODES = 150

/** Null when the run is unknown or has not ended. */
export async function aroundOf(source: AroundSource, facts: AroundFacts): Promise<Around | null> {
  const links = await source.links(facts.run)
  if (links === null) return null
  const reached = await reach(source, links, facts.hops)
  const summaries = await source.summaries([...reached.keys()])
  const nodes = summaries.flatMap((summary): AroundNode[] => {
    const found = reached.get(summary.run)
    if (found === undefined) return []
    const more = [...found.givers.keys()].filter((run) => !reached.has(run)).length
    return [{ ...summary, order: found.links.order, hops: found.hops, more }]
  })
  return {
    run: facts.run,
    nodes,
    edges: edgesOf(reached),
    inputs: await inputsOf(source, links, facts),
    roots: [...(await facts.roots())],
  }
}

interface Reached {
  readonly links: RunLinks
  readonly hops: number
  /** What was used, by the run that made it. */
  readonly givers: ReadonlyMap<string, readonly Link[]>
}

async function reach(
  source: AroundSource,
  first: RunLinks,
  hops: number,
): Promise<ReadonlyMap<string, Reached>> {
  const reached = new Map<string, Reached>()
  let edge: readonly RunLinks[] = [first]
  for (let step = 0; step <= hops && edge.length > 0; step++) {
    const next: RunLinks[] = []
    for (const links of edge) {
      const givers = await giversOf(source, links)
      reached.set(links.run, { links, hops: step, givers })
      if (step === hops) continue
      for (const run of givers.keys()) {
        if (reached.has(run) || next.some((one) => one.run === run) || reached.size + next.length >= NODES)
          continue
        const found = await source.links(run)
        if (found !== null) next.push(found)
      }
    }
    edge = next.filter(({ run }) => !reached.has(run))
  }
  return reached
}

async function giversOf(
  source: AroundSource,
  links: RunLinks,
): Promise<ReadonlyMap<string, readonly Link[]>> {
  const givers = new Map<string, Link[]>()
  for (const link of links.used) {
    const run = await producerOf(source, link, links.run)
    if (run === null || run === links.run) continue
    const list = givers.get(run)
    if (list === undefined) givers.set(run, [link])
    else list.push(link)
  }
  return givers
}

function edgesOf(reached: ReadonlyMap<string, Reached>): AroundEdge[] {
  return [...reached.values()].flatMap(({ links, givers }) =>
    [...givers].flatMap(([from, given]) =>
      reached.has(from)
        ? [{ from, to: links.run, things: given.map(({ kind, name }) => ({ kind, name })) }]
        : [],
    ),
  )
}

/** Compares variables with the kernel and files with the disk; the rest is unknown. */
async function inputsOf(source: AroundSource, links: RunLinks, facts: AroundFacts): Promise<InputNow[]> {
  const isLive = links.session === facts.session
  const later = isLive ? await laterRuns(source, links) : []
  const names = links.used.filter(({ kind }) => kind === 'file').map(({ name }) => name)
  const files = await facts.files(new Set(names))
  return thingsOf(links.used).map((link) => {
    const isOwn = links.generated.some((own) => isSameThing(own, link))
    if (link.kind === 'file') return fileNow(link, files.get(link.name), isOwn)
    return isLive ? inputNow(link, later, isOwn) : answer(link, 'unknown')
  })
}

/** Each thing once, with all parts of it that were used. */
function thingsOf(used: readonly Link[]): readonly Link[] {
  const things = new Map<string, Link>()
  for (const link of used) {
    const known = things.get(keyOf(link))
    const parts = known === undefined ? link.parts : partsOfBoth(known.parts, link.parts)
    things.set(keyOf(link), { ...(known ?? link), parts })
  }
  return [...things.values()]
}

const keyOf = ({ kind, name }: Link): string => `${kind} ${name}`

const isSameThing = (a: Link, b: Link): boolean => keyOf(a) === keyOf(b) && partsOverlap(a.parts, b.parts)

const answer = (link: Link, now: InputNow['now'], by: RunLinks | null = null): InputNow => ({
  kind: link.kind,
  name: link.name,
  now,
  by: by?.run ?? null,
  order: by?.order ?? null,
})

function fileNow(link: Link, now: FileNow | undefined, wroteIt: boolean): InputNow {
  if (now === undefined) return answer(link, 'unknown')
  if (now === null) return answer(link, 'gone')
  if (wroteIt) return answer(link, 'own')
  if (now.digest === null || link.digest === null) return answer(link, 'unknown')
  return answer(link, now.digest === link.digest ? 'same' : 'changed')
}

const inKernel: ReadonlySet<Link['kind']> = new Set(['variable', 'module', 'state'])

function inputNow(link: Link, later: readonly RunLinks[], changedIt: boolean): InputNow {
  if (!inKernel.has(link.kind)) return answer(link, 'unknown')
  for (const run of later) {
    const made = run.generated.find((own) => isSameThing(own, link))
    if (made === undefined) continue
    const isSame = made.digest !== null && made.digest === link.digest
    return isSame ? answer(link, 'same') : answer(link, 'changed', run)
  }
  return answer(link, changedIt ? 'own' : 'same')
}

/** The runs of the session after this one that made something that it used, newest first. */
async function laterRuns(source: AroundSource, links: RunLinks): Promise<readonly RunLinks[]> {
  const names = new Set(links.used.map(({ name }) => name))
  const later: RunLinks[] = []
  let query: LogQuery = { session: links.session, limit: 500 }
  for (;;) {
    const page = await source.page(query)
    for (const { run, generatedNames } of page.runs) {
      if (run === links.run) return later
      // Names beyond the summary's few are looked up as well.
      if (generatedNames.length < 50 && !generatedNames.some((name) => names.has(name))) continue
      const found = await source.links(run)
      if (found !== null && found.order > links.order) later.push(found)
    }
    if (page.next === null) return later
    query = { ...query, before: page.next }
  }
}
