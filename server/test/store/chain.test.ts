/** The log's hash chain: each way of changing history behind the program's back is reported, by its first entry. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openStore } from '../../src/store/open-store.ts'
import type { Redaction, Store } from '../../src/store/ports.ts'
import { prepareFolder, storePaths } from '../../src/store/project-folder.ts'
import { migrations } from '../../src/store/schema.ts'
import { ada, at, edge, ended, queued, sessionStarted, started } from './entries.ts'
import { list } from './given.ts'
import { indexRows, newPlace, type SqlitePlace } from './sqlite-place.ts'

let place: SqlitePlace
beforeEach(async () => {
  place = await newPlace()
})
afterEach(() => place.remove())

/** Entry 1 starts a session, 2 and 3 queue and start `run1`, 4 ends it; 5 and 6 queue and end `run2`. */
async function fill(): Promise<void> {
  const store = await place.open()
  for (const run of ['run1', 'run2']) await store.objects.put(Buffer.from(`# ${run}`))
  await store.runs.append([sessionStarted('s'), queued('run1', 's'), started('run1')])
  await store.runs.append([ended('run1', 1, { generated: [edge('x')] })])
  await store.runs.append([queued('run2', 's'), ended('run2', 2, { used: [edge('x', { by: 'run1' })] })])
  await store.close()
}

async function problems(): Promise<readonly string[]> {
  const store = await place.open()
  return (await store.check().finally(() => store.close())).problems
}

/** What `check` says of the chain alone. */
const chainProblems = async () => (await problems()).filter((problem) => problem.includes('hash chain'))

test('an unchanged log has no break', async () => {
  await fill()
  expect(await problems()).toEqual([])
})

describe('a change behind the back of the program is reported with number, kind and run', () => {
  test.for<readonly [string, string, string]>([
    [
      'another text',
      `UPDATE log SET body = replace(body, '"ok"', '"error"') WHERE seq = 4`,
      'entry 4 ("run-ended" of run run1) was changed after it was recorded',
    ],
    [
      'another time in the column',
      "UPDATE log SET at = '2020-01-01T00:00:00.000Z' WHERE seq = 3",
      'entry 3 ("run-started" of run run1) has a time or kind that its text does not have',
    ],
    ['a removed entry', 'DELETE FROM log WHERE seq = 4', 'entry 4 was removed from the log'],
    [
      'an entry removed with its link',
      'DELETE FROM log WHERE seq = 4; DELETE FROM chain WHERE seq = 4',
      'entry 5 ("run-queued" of run run2) does not follow the entry before it',
    ],
    [
      'an added entry',
      "INSERT INTO log (at, type, body) SELECT at, type, replace(body, 'run1', 'run9') FROM log WHERE seq = 2",
      'entry 7 ("run-queued" of run run9) is not in the hash chain',
    ],
    [
      'entries that changed places',
      `UPDATE log SET seq = 90 WHERE seq = 3; UPDATE chain SET seq = 90 WHERE seq = 3;
       UPDATE log SET seq = 3 WHERE seq = 5; UPDATE chain SET seq = 3 WHERE seq = 5;
       UPDATE log SET seq = 5 WHERE seq = 90; UPDATE chain SET seq = 5 WHERE seq = 90`,
      'entry 3 ("run-queued" of run run2) does not follow the entry before it',
    ],
    [
      'a link that was changed',
      'UPDATE chain SET digest = zeroblob(32) WHERE seq = 2',
      'entry 2 ("run-queued" of run run1) does not follow the entry before it',
    ],
  ])('%s', async ([, change, problem]) => {
    await fill()
    place.change(change)
    expect(await chainProblems()).toEqual([expect.stringContaining(problem)])
  })
})

test('a history without a chain gets one when it is opened, and an entry that says so', async () => {
  await fill()
  const { database } = storePaths(place.root)
  const old = await newPlace()
  prepareFolder(storePaths(old.root))
  const db = new DatabaseSync(storePaths(old.root).database)
  for (const step of migrations.slice(0, 1)) db.exec(step)
  db.prepare('ATTACH ? AS chained').run(database)
  for (const table of ['log', 'blobs']) db.exec(`INSERT INTO ${table} SELECT * FROM chained.${table}`)
  db.exec('PRAGMA user_version = 1')
  db.close()
  const store = await openStore({ root: old.root })
  expect((await store.check()).problems).toEqual([])
  const [last] = (await list(store.runs.read())).slice(-1)
  expect(last).toMatchObject({ seq: 7, entry: { type: 'history-chained', entries: 6, last: 6 } })
  await store.runs.append([queued('run3', 's', { source: '# run1' })])
  await store.close()
  old.change("UPDATE log SET body = replace(body, 'run1', 'runX') WHERE seq = 2")
  const again = await openStore({ root: old.root })
  expect((await again.check()).problems.join()).toContain('entry 2 ("run-queued" of run runX) was changed')
  await again.close()
  await old.remove()
})

describe('redaction', () => {
  const secret = 'hunter2-hunter2-hunter2'
  const reason = 'a password'
  const redaction = (entries: Redaction['entries'], objects: Redaction['objects'] = []): Redaction => ({
    entries,
    objects,
    by: ada,
    at: at(100),
    reason,
  })

  async function filesWith(text: string): Promise<readonly string[]> {
    const { folder } = storePaths(place.root)
    const names = await readdir(folder, { recursive: true, withFileTypes: true })
    const files = names.filter((name) => name.isFile()).map(({ parentPath, name }) => join(parentPath, name))
    const contents = await Promise.all(files.map((file) => readFile(file)))
    return files.filter((_, index) => contents[index]?.includes(text))
  }

  async function withSecrets(): Promise<Store> {
    const store = await place.open()
    const source = `login("${secret}")`
    await store.objects.put(Buffer.from(source))
    await store.objects.put(Buffer.from('login("***")'))
    await store.objects.put(Buffer.from(`${secret}\n`.repeat(1000)))
    const evalue = `no such user: ${secret}`
    const error = { ename: 'E', evalue, traceback: [] }
    await store.runs.append([queued('run1', 's', { source })])
    await store.runs.append([ended('run1', 1, { outcome: 'error', error, generated: [edge('x')] })])
    return store
  }

  test('leaves no trace in any file, a signed record, and a chain that holds', async () => {
    const store = await withSecrets()
    expect(await filesWith(secret)).not.toEqual([])
    const objects = []
    for await (const digest of store.objects.list()) {
      if (Buffer.from((await store.objects.get(digest)) ?? '').includes(secret)) objects.push(digest)
    }
    const error = { ename: 'E', evalue: 'no such user: ***', traceback: [] }
    const end = ended('run1', 1, { outcome: 'error', error, generated: [edge('x')] })
    const start = queued('run1', 's', { source: 'login("***")' })
    const change = redaction(
      [
        { seq: 1, entry: start },
        { seq: 2, entry: end },
      ],
      objects,
    )
    await store.runs.redact(change)
    expect(await filesWith(secret)).toEqual([])
    const read = await list(store.runs.read())
    expect(read.map(({ entry }) => entry).slice(0, 2)).toEqual([start, end])
    expect(read[2]?.entry).toMatchObject({
      type: 'entries-redacted',
      by: ada,
      at: at(100),
      reason,
      objects: 2,
    })
    expect((await store.index.receipt('run1'))?.error?.evalue).toBe('no such user: ***')
    expect((await store.check()).problems).toEqual([])
    await store.runs.append([queued('run2', 's', { source: 'login("***")' })])
    await store.close()
    expect(await problems()).toEqual([])
  })

  test('of something else, or of an entry that is not there, is refused and changes nothing', async () => {
    await fill()
    const store = await place.open()
    const before = await list(store.runs.read())
    for (const [seq, entry] of [
      [4, ended('run2', 1)],
      [4, started('run1')],
      [99, ended('run1', 1)],
    ] as const)
      await expect(store.runs.redact(redaction([{ seq, entry }]))).rejects.toMatchObject({ code: 'conflict' })
    expect(await list(store.runs.read())).toEqual(before)
    await store.close()
  })

  test('that was made up, or whose entry was changed since, is reported', async () => {
    await fill()
    const store = await place.open()
    await store.runs.redact(
      redaction([{ seq: 4, entry: ended('run1', 1, { generated: [edge('x')], durationMs: 1 }) }]),
    )
    await store.close()
    expect(await problems()).toEqual([])
    place.change('UPDATE log SET body = replace(body, \'"durationMs":1\', \'"durationMs":2\') WHERE seq = 4')
    expect(await chainProblems()).toEqual([
      expect.stringContaining('entry 4 ("run-ended" of run run1) was changed'),
    ])
    place.change("UPDATE log SET body = replace(body, 'a password', 'a reason') WHERE seq = 7")
    expect(await chainProblems()).toEqual([
      expect.stringContaining('entry 7 ("entries-redacted") has no valid signature'),
    ])
  })

  test('keeps the index what a rebuild gives, whichever parts of an entry change', async () => {
    const names = fc.array(fc.constantFrom('x', 'y', 'z'), { maxLength: 2 })
    const change = fc.record({
      run: fc.constantFrom('run1', 'run2'),
      names,
      title: fc.string(),
      isEnd: fc.boolean(),
    })
    await fill()
    const store = await place.open()
    for (const changes of fc.sample(fc.array(change, { minLength: 1, maxLength: 3 }), {
      numRuns: 20,
      seed: 20260302,
    })) {
      const entries = changes.map(({ run, names, title, isEnd }) => {
        const order = run === 'run1' ? 1 : 2
        const generated = names.map((name) => edge(name, { digest: title }))
        if (isEnd)
          return { seq: order === 1 ? 4 : 6, entry: ended(run, order, { generated, outcome: 'error' }) }
        return { seq: order === 1 ? 2 : 5, entry: { ...queued(run, 's'), title } }
      })
      await store.runs.redact(redaction(entries))
      const before = indexRows(place.root)
      await store.index.rebuild()
      expect(indexRows(place.root)).toEqual(before)
    }
    expect((await store.check()).problems).toEqual([])
    await store.close()
  })
})
