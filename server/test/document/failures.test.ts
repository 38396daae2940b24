/** A log or a disk that fails: people get a notice, nothing is acknowledged that is not kept, and it is tried until it works. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { cellSource, cellsOf, origin } from '../../contract/document.ts'
import { nodeDisk } from '../../src/document/disk.ts'
import type { UpdateLog } from '../../src/store/ports.ts'
import { Browser, closeHouse, type House, openHouse, openNotebook } from './house.ts'

const notebook = JSON.stringify({
  cells: [{ cell_type: 'code', id: 'one', source: 'x', metadata: {}, outputs: [], execution_count: null }],
  metadata: {},
  nbformat: 4,
  nbformat_minor: 5,
})

let root = ''
let house: House
const browser = { current: new Browser() }
const notices: string[] = []
const codes: string[] = []

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'yesterday-failures-'))
  await writeFile(join(root, 'a.ipynb'), notebook)
  browser.current = new Browser()
  notices.length = 0
  codes.length = 0
})

afterEach(async () => {
  browser.current.disconnect()
  await closeHouse(house)
  await rm(root, { recursive: true, maxRetries: 5 })
})

/** The real log, whose appends fail while `isDown` says so. */
const failing = (updates: UpdateLog, isDown: () => boolean): UpdateLog => ({
  create: (document) => updates.create(document),
  load: (id) => updates.load(id),
  findByPath: (path) => updates.findByPath(path),
  all: () => updates.all(),
  replace: (id, update, lastSeq) => updates.replace(id, update, lastSeq),
  move: (from, to) => updates.move(from, to),
  remove: (id) => updates.remove(id),
  append: (id, batch) => (isDown() ? Promise.reject(new Error('disk I/O error')) : updates.append(id, batch)),
})

const coded = (code: string): Error => Object.assign(new Error(code), { code })
const fileSource = async (): Promise<unknown> =>
  JSON.parse(await readFile(join(root, 'a.ipynb'), 'utf8')).cells[0].source

async function enter(): Promise<Browser> {
  house.documents.onNotice((_, level, text, { code }) => {
    notices.push(`${level}: ${text}`)
    codes.push(code)
  })
  const { current } = browser
  current.connect(house, await openNotebook(house))
  await vi.waitFor(() => expect(current.synced && current.acknowledged === current.sent).toBe(true))
  return current
}

test('while the log fails nothing is acknowledged, sent on or in the document; when it works again, all is', async () => {
  let isDown = false
  let tries = 0
  const down = (): boolean => {
    if (isDown) tries++
    return isDown
  }
  house = await openHouse(root, (store) => ({
    updates: failing(store.updates, down),
    wait: () => new Promise(setImmediate),
  }))
  const ann = await enter()
  const { id, doc } = await openNotebook(house)
  const before = ann.acknowledged
  isDown = true
  cellSource(cellsOf(ann.doc).get(0)).insert(0, 'a')
  cellSource(cellsOf(ann.doc).get(0)).insert(0, 'b')
  await vi.waitFor(() => expect(tries).toBeGreaterThan(3))
  expect(ann.acknowledged).toBe(before)
  expect(cellSource(cellsOf(doc).get(0)).toString()).toBe('x')
  expect(notices).toEqual([expect.stringMatching(/^error: Your edits are not saved: disk I\/O error/)])
  isDown = false
  await vi.waitFor(() => expect(ann.acknowledged).toBe(ann.sent))
  expect(cellSource(cellsOf(doc).get(0)).toString()).toBe('bax')
  expect(notices.at(-1)).toBe('info: Your edits are being saved again.')
  expect(codes).toEqual(['notice.notSaved', 'notice.savedAgain'])
  expect((await house.store.updates.load(id))?.updates.length).toBeGreaterThan(1)
})

test('documents that close wait until the log has what the server wrote', async () => {
  let open: () => void = () => undefined
  const gate = new Promise<void>((resolve) => {
    open = resolve
  })
  house = await openHouse(root, ({ updates }) => ({
    updates: {
      ...failing(updates, () => false),
      append: (id, batch) => gate.then(() => updates.append(id, batch)),
    },
  }))
  const { id, doc } = await openNotebook(house)
  doc.transact(() => cellsOf(doc).get(0).set('execution_count', 7), origin.server)
  let isClosed = false
  const closing = house.documents.close().then(() => {
    isClosed = true
  })
  await vi.waitFor(async () => expect(await readFile(join(root, 'a.ipynb'), 'utf8')).toContain('7'))
  expect(isClosed).toBe(false)
  open()
  await closing
  await closeHouse(house)
  house = await openHouse(root)
  const again = await openNotebook(house)
  expect(again.id).toBe(id)
  expect(cellsOf(again.doc).get(0).get('execution_count')).toBe(7)
})

test.each([
  ['ENOSPC', /The disk is full/],
  ['EACCES', /no permission to write/],
])('a save that fails with %s is reported once, tried again, and loses nothing', async (code, words) => {
  let isBroken = true
  let tries = 0
  house = await openHouse(root, () => ({
    times: { quietMs: 1, busyMs: 5 },
    disk: {
      ...nodeDisk,
      replace: (path, text) => {
        if (!isBroken || !path.endsWith('a.ipynb')) return nodeDisk.replace(path, text)
        tries++
        return Promise.reject(coded(code))
      },
    },
  }))
  const ann = await enter()
  cellSource(cellsOf(ann.doc).get(0)).insert(0, 'a')
  await vi.waitFor(() => expect(tries).toBeGreaterThan(3))
  expect(ann.acknowledged).toBe(ann.sent)
  expect(notices).toEqual([expect.stringMatching(words)])
  expect(await readFile(join(root, 'a.ipynb'), 'utf8')).toBe(notebook)
  isBroken = false
  await vi.waitFor(async () => expect(await fileSource()).toBe('ax'))
})

test('edits that never reached the file, and a file changed while no server ran, are merged', async () => {
  const replace: typeof nodeDisk.replace = (path, text) =>
    path.endsWith('a.ipynb') ? Promise.reject(coded('ENOSPC')) : nodeDisk.replace(path, text)
  house = await openHouse(root, () => ({ disk: { ...nodeDisk, replace } }))
  const ann = await enter()
  cellSource(cellsOf(ann.doc).get(0)).insert(0, 'a')
  await vi.waitFor(() => expect(ann.acknowledged).toBe(ann.sent))
  await closeHouse(house)
  const { cells, ...rest } = JSON.parse(notebook)
  const added = { cell_type: 'markdown', id: 'two', source: 'new', metadata: {} }
  await writeFile(join(root, 'a.ipynb'), JSON.stringify({ ...rest, cells: [...cells, added] }))
  house = await openHouse(root)
  const { id, doc } = await openNotebook(house)
  expect(cellsOf(doc).map((cell) => cellSource(cell).toString())).toEqual(['ax', 'new'])
  await house.documents.save(id)
  expect(await fileSource()).toBe('ax')
})
