/** What every index must answer. */
import { expect, test } from 'vitest'
import { digestOf } from '../../src/disk/digest.ts'
import type { LogEntry } from '../../src/store/log-entry.ts'
import {
  ada,
  at,
  contentRead,
  edge,
  ended,
  queued,
  sessionEnded,
  sessionStarted,
  started,
} from './entries.ts'
import type { Given } from './given.ts'

export function index({ store }: Given): void {
  const append = (...entries: readonly LogEntry[]) => store().runs.append(entries)

  test('pages follow each other while runs arrive', async () => {
    const add = (place: number) => append(queued(`run${place}`, 's'), ended(`run${place}`, place))
    for (let place = 1; place <= 5; place++) await add(place)
    const first = await store().index.page({ limit: 2 })
    await add(6)
    const second = await store().index.page({ limit: 2, before: first.next ?? '' })
    const third = await store().index.page({ limit: 2, before: second.next ?? '' })
    const pages = [first, second, third].map(({ runs }) => runs.map(({ run }) => run))
    expect(pages).toEqual([['run5', 'run4'], ['run3', 'run2'], ['run1']])
    expect(third.next).toBeNull()
  })

  test('moves are those of the sessions, in their order', async () => {
    const move = (source: string, target: string): LogEntry => ({
      ...{ type: 'session-moved', at: at(1), notebook: 'book.ipynb', source, target, actor: ada },
      ...{ sourceRuns: 2, targetRuns: 0, kept: true, why: 'asked' },
      ...{ sent: ['x'], rerun: [], present: [], files: [], bytes: 8 },
      left: [{ name: 'flow', why: 'generator' }],
    })
    await append(sessionStarted('s'), sessionStarted('t'), move('s', 't'), move('t', 's'), move('u', 'v'))
    const pairs = async (...of: string[]) =>
      (await store().index.moves(of)).map(({ source, target }) => `${source} ${target}`)
    expect(await pairs('s')).toEqual(['s t', 't s'])
    expect(await pairs('v')).toEqual(['u v'])
    expect(await pairs()).toEqual([])
    await store().index.rebuild()
    expect(await pairs('t', 'u')).toEqual(['s t', 't s', 'u v'])
  })

  test('a page is of one notebook, cell or session', async () => {
    await append(queued('run1', 's'), queued('run2', 't', { notebook: 'other.ipynb', cellId: 'c' }))
    await append(ended('run2', 1), ended('run1', 1))
    const runs = async (query: object) => (await store().index.page(query)).runs.map(({ run }) => run)
    expect(await runs({})).toEqual(['run1', 'run2'])
    expect(await runs({ notebook: 'book.ipynb' })).toEqual(['run1'])
    expect(await runs({ cellId: 'c' })).toEqual(['run2'])
    expect(await runs({ session: 't' })).toEqual(['run2'])
    expect(await runs({ before: 'nonsense' })).toEqual([])
  })

  test('what a replay did is no news, and its files count for no run', async () => {
    const purpose = { kind: 'replay', of: 'mine' } as const
    await append(sessionStarted('s'), { ...sessionStarted('again'), purpose })
    await append(queued('mine', 's'), queued('copy', 'again'), queued('reader', 's'))
    const file = edge('out.txt', { kind: 'file', digest: digestOf('x') })
    await append(ended('mine', 1), ended('copy', 1, { generated: [file] }), ended('reader', 2))
    const runs = async (query: object) => (await store().index.page(query)).runs.map(({ run }) => run)
    expect(await runs({})).toEqual(['reader', 'mine'])
    expect(await runs({ replays: true })).toEqual(['reader', 'copy', 'mine'])
    expect(await runs({ session: 'again' })).toEqual(['copy'])
    expect(await store().index.fileProducer('out.txt', digestOf('x'), 'reader')).toBeNull()
    expect((await store().index.sessionStarted('agai'))?.purpose).toEqual(purpose)
    expect(await store().index.sessionStarted('aga')).toBeNull()
  })

  test('a receipt holds all that was said, with the source', async () => {
    const source = 'x = 1\ny = "ü"'
    await store().objects.put(Buffer.from(source))
    const used = [edge('a', { parts: ['p'] }), edge('a', { version: 'a@2' })]
    await append(queued('run1', 's', { source }), ended('run1', 1, { used, generated: [edge('x')] }))
    const receipt = await store().index.receipt('run1')
    expect(receipt).toMatchObject({ run: 'run1', source, used, generated: [edge('x')], title: 'x = 1' })
    expect(receipt).toMatchObject({ usedNames: ['a'], generatedNames: ['x'], queued: at(1), ended: at(3) })
  })

  test('only ended runs have a receipt, links and a summary', async () => {
    await append(queued('run1', 's'), started('run1'))
    for (const run of ['run1', 'unknown']) {
      expect(await store().index.receipt(run)).toBeNull()
      expect(await store().index.links(run)).toBeNull()
    }
    expect(await store().index.summaries(['run1', 'unknown'])).toEqual([])
  })

  test('short ids are resolved as git does', async () => {
    await append(...['abcd1', 'abcd2', 'abce1', 'abc'].map((run) => queued(run, 's')))
    expect(await store().index.resolve('abcd')).toEqual({ kind: 'ambiguous', candidates: ['abcd1', 'abcd2'] })
    expect(await store().index.resolve('abce')).toEqual({ kind: 'found', run: 'abce1' })
    expect(await store().index.resolve('abc')).toEqual({ kind: 'found', run: 'abc' })
    for (const missing of ['ab', 'abcf', 'abc_', 'abc%', '']) {
      expect(await store().index.resolve(missing)).toEqual({ kind: 'missing' })
    }
  })

  test('links have the place of a run and who made what it used', async () => {
    await append(sessionStarted('s'), queued('run1', 's'), queued('run2', 's'), sessionStarted('t'))
    await append(ended('run1', 1, { generated: [edge('x', { digest: 'd' })] }))
    await append(
      ended('run2', 2, { used: [edge('x', { by: 'run1', digest: 'd' }), edge('y', { by: 'unknown' })] }),
    )
    const x = { kind: 'variable', name: 'x', digest: 'd' }
    expect(await store().index.links('run2')).toMatchObject({
      session: 's',
      order: 2,
      used: [
        { ...x, by: 'run1' },
        { kind: 'variable', name: 'y', digest: null, by: null },
      ],
      generated: [],
    })
    expect((await store().index.links('run1'))?.generated).toEqual([{ ...x, by: null, parts: null }])
  })

  test('a later version is the last of the same session, of any of the parts that are asked for', async () => {
    await append(sessionStarted('s'), sessionStarted('t'))
    const made = [null, ["['a']"], ["['b']['c']"], []]
    for (const [place, parts] of made.entries()) {
      const generated = [edge('x', { parts, deleted: place === 0 })]
      await append(queued(`run${place}`, 's'), ended(`run${place}`, place + 1, { generated }))
    }
    await append(queued('other', 't'), ended('other', 1, { generated: [edge('x')] }))
    const later = async (run: string, parts?: readonly string[]) =>
      (await store().index.laterVersion('x', run, parts === undefined ? null : [...parts]))?.run ?? null
    expect(await later('run0')).toBe('run3')
    expect(await later('run0', ["['a']"])).toBe('run1')
    expect(await later('run0', ["['a']", "['b']"])).toBe('run2')
    expect(await later('run1', ["['a']"])).toBeNull()
    expect(await later('run3')).toBeNull()
    expect(await later('other')).toBeNull()
    expect((await store().index.links('run2'))?.generated).toMatchObject([{ parts: ["['b']['c']"] }])
  })

  test('a file was made by the last run that wrote those bytes before', async () => {
    const file = (digest: string) => [edge('f', { kind: 'file', digest })]
    const names = ['w1', 'w2', 'w3', 'reader', 'w4']
    await append(...names.map((run) => queued(run, `session-of-${run}`)))
    await append(started('w1'), ended('w1', 1, { generated: file('d1') }))
    await append(started('w2'), ended('w2', 1, { generated: file('d1') }))
    await append(started('w3'), ended('w3', 1, { generated: file('d2') }))
    await append(started('reader'), ended('reader', 1, { used: file('d1') }))
    await append(started('w4'), ended('w4', 1, { generated: file('d1') }))
    expect(await store().index.fileProducer('f', 'd1', 'reader')).toBe('w2')
    expect(await store().index.fileProducer('f', 'd3', 'reader')).toBeNull()
    expect(await store().index.fileProducer('g', 'd1', 'reader')).toBeNull()
  })

  test('upstream is what a walk along links and files finds, so many steps', async () => {
    const file = (name: string, digest: string) => edge(name, { kind: 'file', digest })
    await append(sessionStarted('s'), sessionStarted('again', { purpose: { kind: 'replay', of: 'w1' } }))
    for (const run of ['w1', 'w2', 'other', 'twin', 'reader', 'last'])
      await append(queued(run, 's'), started(run))
    await append(queued('copy', 'again'), started('copy'))
    await append(
      ended('w1', 1, { generated: [edge('x'), file('f', 'd1')] }),
      ended('w2', 2, { used: [edge('x', { by: 'w1' })], generated: [edge('y')] }),
      ended('other', 3, { generated: [file('g', 'd1')] }),
      ended('twin', 4, { generated: [edge('z')] }),
      ended('copy', 1, { generated: [file('f', 'd1')] }),
      ended('reader', 5, { used: [edge('y', { by: 'w2' }), file('f', 'd1'), file('f', 'unmade')] }),
      ended('last', 6, { used: [edge('r', { by: 'reader' })] }),
    )
    const upstream = async (run: string, depth: number, most = 100) =>
      (await store().index.upstream(run, depth, most)).map((one) => `${one.run} ${one.steps}`).toSorted()
    expect(await upstream('last', 1)).toEqual(['last 0', 'reader 1'])
    expect(await upstream('last', 2)).toEqual(['last 0', 'reader 1', 'w1 2', 'w2 2'])
    expect(await upstream('last', 9)).toEqual(['last 0', 'reader 1', 'w1 2', 'w2 2'])
    expect(await upstream('last', 9, 2)).toEqual(['last 0', 'reader 1'])
    expect(await upstream('unknown', 9)).toEqual([])
  })

  test('a file may come from a run that overlapped its reader, when no earlier one wrote it', async () => {
    await append(queued('writer', 's'), queued('reader', 't'), started('writer'), started('reader'))
    await append(
      ended('reader', 1),
      ended('writer', 1, { generated: [edge('f', { kind: 'file', digest: 'd' })] }),
    )
    expect(await store().index.fileProducer('f', 'd', 'reader')).toBe('writer')
  })

  test('after a crash, what was going on is listed', async () => {
    await append(sessionStarted('s'), sessionStarted('over'), sessionEnded('over'))
    await append(
      queued('run1', 's'),
      queued('run2', 's'),
      queued('run3', 's'),
      started('run1'),
      ended('run2', 1),
    )
    const [open, ...others] = await store().index.openSessions()
    expect(others).toEqual([])
    expect(open?.session).toEqual(sessionStarted('s'))
    expect(open?.runs.map(({ run, started: begun }) => [run, begun])).toEqual([
      ['run1', at(2)],
      ['run3', null],
    ])
  })

  test('the next place in a session is one past the last', async () => {
    expect(await store().index.nextOrder('s')).toBe(1)
    await append(queued('run1', 's'), ended('run1', 7))
    expect(await store().index.nextOrder('s')).toBe(8)
  })

  test('runs that ended are read in parts, without replays, with digests that came late', async () => {
    const purpose = { kind: 'replay', of: 'run1' } as const
    await append(sessionStarted('s'), { ...sessionStarted('again'), purpose })
    const add = (run: string, session: string, changes: Parameters<typeof ended>[2]) =>
      append(queued(run, session, { cellId: 'c' }), started(run), ended(run, 1, changes))
    await add('run1', 's', { durationMs: 1.5, used: [edge('x', { digest: null }), edge('y')] })
    await add('copy', 'again', {})
    await add('run2', 's', { outcome: 'error' })
    const digest = digestOf('x')
    await append(
      contentRead('run1', 's', [
        { side: 'used', kind: 'variable', name: 'x', by: null, what: 'x', digest, why: null },
      ]),
    )
    const [first, second, ...more] = await store().index.finished(0, 10)
    expect(more).toEqual([])
    expect(first).toMatchObject({ run: 'run1', cellId: 'c', isOk: true, durationMs: 1.5 })
    expect(first?.used.map((used) => used.digest)).toEqual([digest, edge('y').digest])
    expect(second).toMatchObject({ run: 'run2', isOk: false })
    expect((await store().index.finished(first?.seq ?? 0, 10)).map(({ run }) => run)).toEqual(['run2'])
    expect(await store().index.finished(0, 1)).toHaveLength(1)
    expect(await store().index.finishedBefore(10)).toBe(0)
    expect(await store().index.finishedBefore(1)).toBeGreaterThan(first?.seq ?? 0)
  })
}
