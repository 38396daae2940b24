/** Digests that come behind a run's entry: who reads the run finds them, and nothing else changes. */
import { expect, test } from 'vitest'
import { contentRead, edge, ended, queued, sessionStarted } from './entries.ts'
import { indexRows, newPlace } from './sqlite-place.ts'

const content = (name: string, digest: string | null, why: string | null = null) =>
  ({
    side: 'generated',
    kind: 'variable',
    name,
    by: 'run1',
    what: `the content of ${name}`,
    digest,
    why,
  }) as const
const pending = { what: 'the content of a', why: 'its digest is computed after the run' }
const missing = { what: 'the content of b', why: 'its digest is computed after the run' }
const digest = `sha256:${'1'.repeat(64)}`

test('a receipt has the digests that came later, and the reason where there is none', async () => {
  const { place, store } = await placeWithRun()
  await store.runs.append([contentRead('run1', 's', [content('a', digest)])])
  await store.runs.append([contentRead('run1', 's', [content('b', null, 'a later run changed it')])])
  const receipt = await store.index.receipt('run1')
  expect(receipt?.generated.map(({ name, digest: known }) => [name, known])).toEqual([
    ['a', digest],
    ['b', null],
  ])
  expect(receipt?.notCaptured).toEqual([{ ...missing, why: 'a later run changed it' }])
  const { versions } = await store.index.history({ name: 'a' })
  expect(versions.map((version) => version.edge.digest)).toEqual([digest])
  expect((await store.index.links('run1'))?.generated[0]?.digest).toBe(digest)
  await store.close()
  await place.remove()
})

test('a value that comes behind its digest belongs to it; one with another digest does not', async () => {
  const { place, store } = await placeWithRun()
  const value = { format: 'pickle5', digest, size: 9, signature: 'signed' }
  const ofValue = { ...content('a', digest), what: 'the value of a' }
  const other = { ...content('a', `sha256:${'2'.repeat(64)}`), what: 'the value of a' }
  await store.runs.append([contentRead('run1', 's', [content('a', digest)])])
  await store.runs.append([contentRead('run1', 's', [{ ...other, value }])])
  const storedOfA = async () => (await store.index.receipt('run1'))?.generated[0]?.value
  const known = await storedOfA()
  await store.runs.append([contentRead('run1', 's', [{ ...ofValue, value }])])
  expect([known, await storedOfA()]).toEqual([null, value])
  const why = 'not kept: budget'
  await store.runs.append([contentRead('run1', 's', [{ ...ofValue, what: missing.what, why }])])
  expect((await store.index.receipt('run1'))?.notCaptured).toContainEqual({ ...missing, why })
  await store.close()
  await place.remove()
})

test('what is known stays, and rebuilding gives the same index', async () => {
  const { place, store } = await placeWithRun()
  await store.runs.append([contentRead('run1', 's', [content('a', digest)])])
  await store.runs.append([contentRead('run1', 's', [content('a', `sha256:${'2'.repeat(64)}`)])])
  expect((await store.index.receipt('run1'))?.generated[0]?.digest).toBe(digest)
  const before = indexRows(place.root)
  await store.index.rebuild()
  expect(indexRows(place.root)).toEqual(before)
  expect((await store.check()).problems).toEqual([])
  await store.close()
  await place.remove()
})

test.each([
  ['another session', 'run1', 't'],
  ['an unknown run', 'run9', 's'],
])('digests for %s are refused', async (_, run, session) => {
  const { place, store } = await placeWithRun()
  await expect(store.runs.append([contentRead(run, session, [])])).rejects.toMatchObject({ code: 'conflict' })
  await store.close()
  await place.remove()
})

async function placeWithRun() {
  const place = await newPlace()
  const store = await place.open()
  const generated = ['a', 'b'].map((name) => edge(name, { digest: null, by: 'run1' }))
  await store.runs.append([sessionStarted('s'), sessionStarted('t')])
  const entries = [queued('run1', 's'), ended('run1', 1, { generated, notCaptured: [pending, missing] })]
  await store.runs.append(entries, [Buffer.from('# run1')])
  return { place, store }
}
