/** The slice on random graphs: complete, minimal, ordered, the asked run last. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compareMoments } from '../../src/lineage/run-order.ts'
import { sliceOf, targetOf, type VersionSource } from '../../src/lineage/slice.ts'
import type { Link, RunLinks } from '../../src/store/ports.ts'
import { assembleReceipt } from '../../src/store/receipt.ts'
import { edge, ended, queued } from '../store/entries.ts'

const link = (name: string, by: string | null, more: Partial<Link> = {}): Link => ({
  kind: 'variable',
  name,
  digest: null,
  by,
  parts: null,
  ...more,
})

const runLinks = (
  run: string,
  order: number,
  used: readonly Link[],
  more: Partial<RunLinks> = {},
): RunLinks => ({
  run,
  session: 's',
  sessionSeq: 1,
  order,
  used,
  generated: [],
  ...more,
})

function sourceOf(runs: readonly RunLinks[], files: Readonly<Record<string, string>> = {}): VersionSource {
  const byRun = new Map(runs.map((links) => [links.run, links]))
  return {
    links: async (run) => byRun.get(run) ?? null,
    fileProducer: async (path, digest) => files[`${path} ${digest}`] ?? null,
    receipt: async () => null,
  }
}

/** Up to 30 runs in 3 sessions; `edges` are pairs of places. Backward edges only, unless circles are wanted. */
const graphs = ({ circles }: { readonly circles: boolean }) =>
  fc.integer({ min: 1, max: 30 }).chain((size) =>
    fc.record({
      places: fc.array(fc.integer({ min: 0, max: 2 }), { minLength: size, maxLength: size }),
      edges: fc.array(fc.tuple(fc.nat(size - 1), fc.nat(size - 1)), { maxLength: 3 * size }),
      asked: fc.nat(size - 1),
      circles: fc.constant(circles),
    }),
  )

type Graph = typeof graphs extends (options: never) => fc.Arbitrary<infer G> ? G : never

const name = (place: number) => `run${String(place).padStart(2, '0')}`

function dependenciesOf({ edges, circles }: Graph): ReadonlyMap<string, ReadonlySet<string>> {
  const pairs = edges.map(([a, b]) => (circles ? [a, b] : [Math.max(a, b), Math.min(a, b)]))
  const found = new Map<string, Set<string>>()
  for (const [from = 0, to = 0] of pairs) {
    if (from !== to) found.set(name(from), (found.get(name(from)) ?? new Set()).add(name(to)))
  }
  return found
}

function runsOf(graph: Graph): readonly RunLinks[] {
  const needs = dependenciesOf(graph)
  return graph.places.map((session, place) => {
    const used = [...(needs.get(name(place)) ?? [])].map((by) => link(`made by ${by}`, by))
    return runLinks(name(place), place, [link('outside', null), ...used], {
      session: `s${session}`,
      sessionSeq: session,
    })
  })
}

/** By the definition, in the slowest way. */
function ancestors(needs: ReadonlyMap<string, ReadonlySet<string>>, asked: string): ReadonlySet<string> {
  let found: ReadonlySet<string> = new Set([asked])
  for (;;) {
    const more = new Set([...found].flatMap((run) => [run, ...(needs.get(run) ?? [])]))
    if (more.size === found.size) return found
    found = more
  }
}

describe('the slice of a random graph', () => {
  test('holds all runs that lead to the asked one, each once, and no other; the asked one is last', async () => {
    const property = fc.asyncProperty(graphs({ circles: true }), async (graph) => {
      const asked = name(graph.asked)
      const slice = await sliceOf(sourceOf(runsOf(graph)), { runs: [asked] })
      expect([...slice].toSorted()).toEqual([...ancestors(dependenciesOf(graph), asked)].toSorted())
      expect(slice.at(-1)).toBe(asked)
    })
    await fc.assert(property, { numRuns: 300 })
  })

  test('has every run after those that it depends on, and among those that may be next, the oldest', async () => {
    const property = fc.asyncProperty(graphs({ circles: false }), async (graph) => {
      const needs = dependenciesOf(graph)
      const runs = new Map(runsOf(graph).map((links) => [links.run, links]))
      const slice = await sliceOf(sourceOf([...runs.values()]), { runs: [name(graph.asked)] })
      const listed = new Set<string>()
      for (const run of slice) {
        const ready = slice
          .filter(
            (other) => !listed.has(other) && [...(needs.get(other) ?? [])].every((need) => listed.has(need)),
          )
          .flatMap((other) => runs.get(other) ?? [])
        expect(ready.toSorted(compareMoments)[0]?.run).toBe(run)
        listed.add(run)
      }
    })
    await fc.assert(property, { numRuns: 300 })
  })

  test('does not depend on the order in which edges were recorded', async () => {
    const property = fc.asyncProperty(graphs({ circles: true }), async (graph) => {
      const runs = runsOf(graph)
      const turned = runs.map((links) => ({ ...links, used: links.used.toReversed() }))
      const asked = { runs: [name(graph.asked)] }
      expect(await sliceOf(sourceOf(turned), asked)).toEqual(await sliceOf(sourceOf(runs), asked))
    })
    await fc.assert(property, { numRuns: 100 })
  })
})

test('a chain of 50,000 runs is sliced without recursion', async () => {
  const runs = Array.from({ length: 50_000 }, (_, place) =>
    runLinks(`r${place}`, place, place === 0 ? [] : [link('x', `r${place - 1}`)]),
  )
  const slice = await sliceOf(sourceOf(runs), { runs: ['r49999'] })
  expect(slice).toEqual(runs.map(({ run }) => run))
})

test('one run that used what 200,000 made is sliced', async () => {
  const makers = Array.from({ length: 200_000 }, (_, place) => runLinks(`r${place}`, place, []))
  const reader = runLinks(
    'reader',
    200_000,
    makers.map(({ run }) => link(run, run)),
  )
  expect(await sliceOf(sourceOf([...makers, reader]), { runs: ['reader'] })).toHaveLength(200_001)
})

test('environments are not followed, nor runs that have not ended', async () => {
  const runs = [
    runLinks('a', 1, []),
    runLinks('b', 2, [link('python', 'a', { kind: 'environment' }), link('x', 'unknown')]),
  ]
  expect(await sliceOf(sourceOf(runs), { runs: ['b'] })).toEqual(['b'])
})

test('a file leads to the run that wrote it, in another session as well', async () => {
  const file = link('data.csv', null, { kind: 'file', digest: 'd1' })
  const runs = [runLinks('writer', 7, []), runLinks('reader', 1, [file], { session: 't', sessionSeq: 2 })]
  expect(await sliceOf(sourceOf(runs, { 'data.csv d1': 'writer' }), { runs: ['reader'] })).toEqual([
    'writer',
    'reader',
  ])
  expect(await sliceOf(sourceOf(runs, { 'data.csv d2': 'writer' }), { runs: ['reader'] })).toEqual(['reader'])
})

test('a file whose writer is known by its edge is not looked up', async () => {
  const file = link('data.csv', 'a', { kind: 'file', digest: 'd1' })
  const runs = [runLinks('a', 1, []), runLinks('b', 2, []), runLinks('c', 3, [file])]
  expect(await sliceOf(sourceOf(runs, { 'data.csv d1': 'b' }), { runs: ['c'] })).toEqual(['a', 'c'])
})

describe('what is asked for by name', () => {
  const used = [link('x', 'a'), link('table', 'a'), link('table', 'b'), link('given', null)]
  const links = runLinks('c', 3, [...used, link('python', 'a', { kind: 'environment' })], {
    generated: [link('y', null)],
  })
  const source = sourceOf([runLinks('a', 1, []), runLinks('b', 2, []), links])

  test('is the run where it generated it', async () => {
    expect(await targetOf(source, links, 'y')).toEqual({ kind: 'runs', runs: ['c'], makers: [] })
  })

  test('has with it the makers of the parts that the run left alone, though the run itself does without', async () => {
    const frame = [
      runLinks('load', 1, []),
      runLinks('column a', 2, [link('df', 'load')]),
      runLinks('column b', 3, [link('df', 'load')], { generated: [link('df', 'column b')] }),
    ]
    const record = ended('column b', 3, { generated: [edge('df', { makers: ['column a'] })] })
    const made = assembleReceipt(queued('column b', 's'), record, 'df["b"] = 1')
    const known: VersionSource = { ...sourceOf(frame), receipt: async () => made }
    const target = await targetOf(known, frame[2] ?? links, 'df')
    expect(target).toEqual({ kind: 'runs', runs: ['column b'], makers: ['column a'] })
    const asked = { runs: ['column b'], makers: ['column a'] }
    expect(await sliceOf(known, asked)).toEqual(['load', 'column a', 'column b'])
    expect(await sliceOf(known, { runs: ['column b'] })).toEqual(['load', 'column b'])
  })

  test('is its maker, or its makers, where the run only used it', async () => {
    expect(await targetOf(source, links, 'x')).toEqual({ kind: 'runs', runs: ['a'] })
    expect(await targetOf(source, links, 'table')).toEqual({ kind: 'runs', runs: ['a', 'b'] })
  })

  test('is refused with the names there are', async () => {
    const names = ['y', 'x', 'table', 'given']
    expect(await targetOf(source, links, 'z')).toEqual({ kind: 'no-name', names })
    expect(await targetOf(source, links, 'python')).toEqual({ kind: 'no-name', names })
    expect(await targetOf(source, links, 'given')).toEqual({ kind: 'not-made', names })
  })
})
