/** The commands that explain and compare the past, started as a person starts them. */
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { Checkpoint, Diff, TableRow, Why } from '../../contract/past.ts'
import { RunSummary } from '../../contract/run.ts'
import { seconds } from '../../setup/patience.js'
import { timeOf } from '../../src/cli/log-filter.ts'
import { Page, startServer } from '../session/page.ts'
import { fill, ids, newFolder, yesterday } from './program.ts'

let root = ''
beforeAll(async () => {
  root = await newFolder()
  await fill(root)
})
afterAll(() => rm(root, { recursive: true, maxRetries: 5 }))

const log = async (...words: readonly string[]) => {
  const { code, out, err } = await yesterday(root, 'log', '--json', ...words)
  expect({ code, err }).toEqual({ code: 0, err: '' })
  const lines = out.split('\n').filter(Boolean)
  return lines.map((line) => RunSummary.parse(JSON.parse(line)).run)
}

describe('log', () => {
  test('takes filters, which must all hold', async () => {
    expect(await log('--variable', 'table')).toEqual([ids.plot, ids.clean])
    expect(await log('--variable', 'table', '--text', 'PLOT(')).toEqual([ids.plot])
    expect(await log('--outcome', 'error')).toEqual([ids.idle])
    expect(await log('--since', '2026-03-02')).toEqual([])
  })

  test('refuses what it cannot read, with an example', async () => {
    const { code, err } = await yesterday(root, 'log', '--where', 'acc is high')
    expect(code).toBe(2)
    expect(err).toMatch(/"acc".*\n.*lr<0\.01/)
    expect((await yesterday(root, 'log', '--since', 'once')).err).toContain('"once" is no time')
    expect((await yesterday(root, 'log', '--outcome', 'fine')).code).toBe(2)
  })

  test('shows numbers side by side', async () => {
    const { out } = await yesterday(root, 'log', '--numbers', '--json', '-n', '1')
    expect(TableRow.parse(JSON.parse(out))).toMatchObject({ run: ids.reader, parameters: {}, metrics: {} })
  })
})

test('times are read as people write them', () => {
  const now = new Date('2026-03-05T12:00:00Z')
  expect(timeOf('2h', now)).toBe('2026-03-05T10:00:00.000Z')
  expect(timeOf('1w', now)).toBe('2026-02-26T12:00:00.000Z')
  expect(timeOf('2026-03-01T12:00Z', now)).toBe('2026-03-01T12:00:00.000Z')
  expect(timeOf('2026-13-45', now)).toBeNull()
})

describe('why', () => {
  test('says it in words, and in JSON', async () => {
    const { code, out } = await yesterday(root, 'why', ids.plot)
    expect(code).toBe(0)
    expect(out.split('\n')[0]).toBe('Made by run 4 of its session, in cell 5, from `table` (run 2, perhaps).')
    const why = Why.parse(JSON.parse((await yesterday(root, 'why', `${ids.plot}:0`, '--json')).out))
    expect(why.about).toEqual({ output: 0, name: null })
    expect(why.headline).toMatch(/^Output 0 \(text\/plain\) was made by run 4/)
  })

  test('knows outputs and names that are there', async () => {
    expect(await yesterday(root, 'why', `${ids.plot}:1`)).toMatchObject({ code: 2 })
    expect((await yesterday(root, 'why', `${ids.plot}:nothing`)).err).toContain('figure.png, table')
  })
})

describe('diff', () => {
  test('shows by its exit code that two runs differ', async () => {
    const { code, out } = await yesterday(root, 'diff', ids.load, ids.clean, '--json')
    expect(code).toBe(1)
    expect(Diff.parse(JSON.parse(out))).toMatchObject({ kind: 'runs', diff: { same: false } })
    expect(await yesterday(root, 'diff', ids.load, ids.load)).toMatchObject({ code: 0, err: '' })
  })

  test('names what could be meant', async () => {
    const { code, err } = await yesterday(root, 'diff', 'aaaa', ids.load)
    expect(code).toBe(2)
    expect(err).toContain(ids.clean)
    expect((await yesterday(root, 'diff', 'nothing', ids.load)).code).toBe(2)
  })
})

describe('checkpoint', () => {
  const book = (source: string) =>
    JSON.stringify({
      cells: [{ id: 'c', cell_type: 'code', source, metadata: {}, outputs: [], execution_count: null }],
      metadata: {},
      nbformat: 4,
      nbformat_minor: 5,
    })

  test('names a state, which can be listed and compared with another', async () => {
    const file = join(root, 'book.ipynb')
    await writeFile(file, book('x = 1'))
    const made = await yesterday(root, 'checkpoint', 'first', 'book.ipynb', '--json')
    expect(Checkpoint.parse(JSON.parse(made.out))).toMatchObject({ name: 'first', run: ids.plot })
    await writeFile(file, book('x = 2'))
    await yesterday(root, 'checkpoint', 'second', 'book.ipynb')
    const { out } = await yesterday(root, 'checkpoint')
    expect(out.trimEnd().split('\n')).toEqual([
      expect.stringMatching(/second/),
      expect.stringMatching(/first/),
    ])
    const found = Diff.parse(JSON.parse((await yesterday(root, 'diff', 'first', 'second', '--json')).out))
    expect(found).toMatchObject({
      kind: 'cells',
      cells: [
        {
          cellId: 'c',
          code: [
            { type: 'removed', text: 'x = 1' },
            { type: 'added', text: 'x = 2' },
          ],
        },
      ],
    })
    expect((await yesterday(root, 'fsck')).code).toBe(0)
  })

  test('is restored by name or id, as a new entry', async () => {
    const file = join(root, 'again.ipynb')
    await writeFile(file, book('y = 1'))
    const made = await yesterday(root, 'checkpoint', 'mine', 'again.ipynb', '--json')
    await writeFile(file, book('y = 2'))
    const restored = await yesterday(root, 'checkpoint', 'restore', 'mine', 'again.ipynb')
    expect(restored).toMatchObject({ code: 0, err: '', out: expect.stringContaining('is as in "mine"') })
    expect(JSON.parse(await readFile(file, 'utf8')).cells[0].source).toBe('y = 1')
    const { out } = await yesterday(root, 'checkpoint')
    const lines = out.split('\n').filter((line) => line.includes('again.ipynb'))
    expect(lines.map((line) => /\(.*\)|mine/.exec(line)?.[0])).toEqual([
      '(restored)',
      '(before a restore)',
      'mine',
    ])
    const id = Checkpoint.parse(JSON.parse(made.out)).checkpoint.slice(0, 12)
    const byId = await yesterday(root, 'checkpoint', 'restore', id, 'again.ipynb', '--json')
    expect(Checkpoint.parse(JSON.parse(byId.out))).toMatchObject({ why: 'restored', name: 'mine' })
    // Of another notebook.
    expect(await yesterday(root, 'checkpoint', 'restore', 'mine', 'book.ipynb')).toMatchObject({ code: 2 })
    expect((await yesterday(root, 'audit')).out).toMatch(/restored.*notebook=again\.ipynb/)
    expect((await yesterday(root, 'fsck')).code).toBe(0)
  })

  test('is restored through the server that has the project: an open page follows, unsaved edits included', async () => {
    const own = await newFolder()
    await writeFile(join(own, 'live.ipynb'), book('x = 1'))
    await yesterday(own, 'checkpoint', 'mine', 'live.ipynb')
    const server = await startServer(own)
    const page = await Page.open(server, 'live.ipynb')
    try {
      page.edit('c', 'x = 2')
      await vi.waitFor(() => expect(page.isSaved).toBe(true), seconds(10))
      expect(await yesterday(own, 'checkpoint', 'restore', 'mine', 'live.ipynb')).toMatchObject({ code: 0 })
      await vi.waitFor(() => expect(page.source('c')).toBe('x = 1'), seconds(10))
      await vi.waitFor(
        async () => expect(await readFile(join(own, 'live.ipynb'), 'utf8')).toContain('x = 1'),
        seconds(10),
      )
    } finally {
      page.close()
      await server.stop()
      await rm(own, { recursive: true, maxRetries: 5 })
    }
  })

  test('is refused of what is no notebook', async () => {
    await writeFile(join(root, 'broken.ipynb'), '{')
    expect(await yesterday(root, 'checkpoint', 'x', 'broken.ipynb')).toMatchObject({ code: 2 })
    expect(await yesterday(root, 'checkpoint', 'x', 'nothing.ipynb')).toMatchObject({ code: 2 })
  })
})
