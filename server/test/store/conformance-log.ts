/** What every run log must do. */
import { expect, test } from 'vitest'
import type { LogEntry } from '../../src/store/log-entry.ts'
import { ada, at, ended, queued, sessionEnded, sessionStarted, started } from './entries.ts'
import { type Given, list } from './given.ts'

export function runLog({ store, reopen }: Given): void {
  const entries: readonly LogEntry[] = [
    sessionStarted('s'),
    queued('run1', 's'),
    started('run1'),
    ended('run1', 1),
  ]

  test('entries come back in order, as they were given', async () => {
    await store().runs.append(entries.slice(0, 2))
    await store().runs.append(entries.slice(2))
    await reopen()
    const read = await list(store().runs.read())
    expect(read.map(({ entry }) => entry)).toEqual(entries)
    const [, second] = read
    expect((await list(store().runs.read(second?.seq))).map(({ entry }) => entry)).toEqual(entries.slice(2))
  })

  test('a redacted entry reads as its replacement, and the record of it says who, when and why', async () => {
    await store().runs.append(entries)
    const end = ended('run1', 1, { death: '***' })
    const [by, reason] = [ada, 'a password']
    await store().runs.redact({ entries: [{ seq: 4, entry: end }], objects: [], by, at: at(50), reason })
    await reopen()
    const read = (await list(store().runs.read())).map(({ entry }) => entry)
    expect(read.slice(0, 4)).toEqual([...entries.slice(0, 3), end])
    expect(read.slice(4)).toMatchObject([{ type: 'entries-redacted', by, at: at(50), reason }])
  })

  test('calls made together are kept in the order of the calls', async () => {
    const runs = Array.from({ length: 200 }, (_, place) => `run${place}`)
    await Promise.all(runs.map((run) => store().runs.append([queued(run, 's')])))
    const read = await list(store().runs.read())
    expect(read.map(({ entry }) => entry.type === 'run-queued' && entry.run)).toEqual(runs)
  })

  test.for<readonly [string, readonly LogEntry[]]>([
    ['a second end of a run', [ended('run1', 2)]],
    ['an end of a run that was not queued', [ended('other', 2)]],
    ['a second queueing of a run', [queued('run1', 's')]],
    ['a start after the end', [started('run1')]],
    ['a second start of a session', [sessionStarted('s')]],
    ['an end of a session that did not start', [sessionEnded('other')]],
  ])('%s is refused, and takes the whole call with it', async ([, contradiction]) => {
    await store().runs.append(entries)
    const call = store().runs.append([queued('run2', 's'), ...contradiction])
    await expect(call).rejects.toMatchObject({ code: 'conflict' })
    expect((await list(store().runs.read())).map(({ entry }) => entry)).toEqual(entries)
    expect(await store().index.openRuns('s')).toEqual([])
  })

  test('a refused call does not take those along that came with it', async () => {
    const calls = await Promise.allSettled([
      store().runs.append([queued('run1', 's')]),
      store().runs.append([queued('run2', 's'), queued('run1', 's')]),
      store().runs.append([queued('run3', 's')]),
    ])
    expect(calls.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect((await store().index.openRuns('s')).map(({ run }) => run)).toEqual(['run1', 'run3'])
  })
}
