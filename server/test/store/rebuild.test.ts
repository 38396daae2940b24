/** The index holds nothing that the log does not say: rebuilt it is the same, whatever was appended and refused. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Edge } from '../../contract/run.ts'
import { seconds } from '../../setup/patience.js'
import type { ContentRead, LogEntry } from '../../src/store/log-entry.ts'
import { contentRead, edge, ended, queued, sessionEnded, sessionStarted, started } from './entries.ts'
import { indexRows, newPlace } from './sqlite-place.ts'

const sessions = fc.constantFrom('s', 't')
const runs = fc.constantFrom('run1', 'run2', 'run3', 'run4', 'run5', 'run6')

const edges: fc.Arbitrary<Edge[]> = fc.array(
  fc
    .record({
      kind: fc.constantFrom('variable' as const, 'file' as const, 'environment' as const),
      name: fc.constantFrom('a', 'b', 'ü'),
      digest: fc.constantFrom(null, 'd1', 'd2'),
      by: fc.option(runs),
    })
    .map(({ name, ...more }) => edge(name, more)),
  { maxLength: 4 },
)

const contents: fc.Arbitrary<ContentRead['contents']> = fc.array(
  fc.record({
    side: fc.constantFrom('used' as const, 'generated' as const),
    kind: fc.constantFrom('variable' as const, 'file' as const),
    name: fc.constantFrom('a', 'b', 'c'),
    by: fc.option(runs),
    what: fc.constant('the content of a'),
    digest: fc.constantFrom(null, 'd1', 'd2'),
    why: fc.constant(null),
  }),
  { maxLength: 3 },
)

/** Not only logs that make sense: what contradicts is refused, and must leave no trace. */
const entry: fc.Arbitrary<LogEntry> = fc.oneof(
  sessions.map((session) => sessionStarted(session)),
  sessions.map((session) => sessionEnded(session)),
  fc.tuple(runs, sessions).map(([run, session]) => queued(run, session)),
  runs.map(started),
  fc.tuple(runs, sessions, contents).map(([run, session, contents]) => contentRead(run, session, contents)),
  fc
    .tuple(runs, fc.nat(9), edges, edges)
    .map(([run, order, used, generated]) => ended(run, order, { used, generated })),
)

/** Starts 25 threads, one after the other. */
test('rebuilt, the index is what it was', { timeout: seconds(300) }, async () => {
  let [kept, refused] = [0, 0]
  const calls = fc.array(fc.array(entry, { minLength: 1, maxLength: 2 }), { minLength: 20, maxLength: 60 })
  const property = fc.asyncProperty(calls, async (batches) => {
    const place = await newPlace()
    const store = await place.open()
    try {
      for (const { status } of await Promise.allSettled(batches.map((batch) => store.runs.append(batch)))) {
        if (status === 'fulfilled') kept++
        else refused++
      }
      const before = indexRows(place.root)
      await store.index.rebuild()
      expect(indexRows(place.root)).toEqual(before)
    } finally {
      await store.close()
      await place.remove()
    }
  })
  await fc.assert(property, { numRuns: 25, seed: 20260301 })
  expect(kept).toBeGreaterThan(100)
  expect(refused).toBeGreaterThan(100)
})

test('an index with an older schema is rebuilt when the store is opened', async () => {
  const place = await newPlace()
  const store = await place.open()
  await store.runs.append([sessionStarted('s'), queued('run1', 's'), ended('run1', 1, { used: [edge('a')] })])
  const before = indexRows(place.root)
  await store.close()
  place.change("DROP TABLE edges; DELETE FROM runs; UPDATE derived SET value = 0 WHERE name = 'index'")
  await (await place.open()).close()
  expect(indexRows(place.root)).toEqual(before)
  await place.remove()
})
