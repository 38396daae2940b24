/**
 * Seeded runs of several browsers over real sockets on the real store, with connections that break and a server that
 * restarts: all copies come out equal, nothing acknowledged is lost, no cell is doubled. The seed names the test.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import type * as Y from 'yjs'
import { cellId, cellSource, cellsOf, findCell, makeCell } from '../../contract/document.ts'
import { dice } from './dice.ts'
import { Browser, closeHouse, type House, openHouse, openNotebook } from './house.ts'

const notebook = JSON.stringify({
  cells: ['kept', 'shared'].map((id) => ({ cell_type: 'markdown', id, source: `${id}\n`, metadata: {} })),
  metadata: {},
  nbformat: 4,
  nbformat_minor: 5,
})

/** One browser, and what it wrote that is never deleted: marks of one character each, and whole cells. */
class Writer {
  readonly browser = new Browser()
  readonly #roll: (limit: number) => number
  readonly #mark: () => string
  #written: string[] = []
  readonly acknowledged = new Set<string>()

  constructor(roll: (limit: number) => number, mark: () => string) {
    this.#roll = roll
    this.#mark = mark
    this.browser.onSettled = () => {
      if (this.browser.isSettled) for (const mark of this.#written) this.acknowledged.add(mark)
    }
  }

  edit(): void {
    const { doc } = this.browser
    if (cellsOf(doc).length === 0) return
    const edits = [
      () => this.#type(),
      () => this.#type(),
      () => this.#add(),
      () => this.#move(),
      () => this.#scratch(),
      () => this.#drop(),
    ]
    doc.transact(edits[this.#roll(edits.length)] ?? (() => undefined))
  }

  #type(): void {
    const source = this.#source('kept')
    if (source !== null) source.insert(this.#roll(source.length + 1), this.#note(this.#mark()))
  }

  #add(): void {
    const mark = this.#mark()
    const kind = this.#roll(2) === 0 ? 'free' : 'cell'
    const id = `${kind}-${mark.charCodeAt(0)}`
    cellsOf(this.browser.doc).insert(1 + this.#roll(cellsOf(this.browser.doc).length), [
      makeCell({ id, type: 'code', source: mark }),
    ])
    if (kind === 'cell') this.#note(id)
  }

  /** As a page moves a cell: it goes, and comes in elsewhere under its id. */
  #move(): void {
    const cells = cellsOf(this.browser.doc)
    const index = 1 + this.#roll(cells.length)
    const cell = cells.length > index ? cells.get(index) : null
    if (cell === null || cellId(cell) === 'kept' || cellId(cell) === 'shared') return
    const copy = cell.clone()
    cells.delete(index)
    cells.insert(this.#roll(cells.length) + 1, [copy])
  }

  #scratch(): void {
    const source = this.#source('shared')
    if (source === null) return
    const at = this.#roll(source.length)
    source.delete(at, Math.min(source.length - at, this.#roll(3)))
    source.insert(at, 'ab\n'.slice(this.#roll(3)))
  }

  #drop(): void {
    const cells = cellsOf(this.browser.doc)
    const index = cells.toArray().findIndex((cell) => cellId(cell).startsWith('free-'))
    if (index >= 0) cells.delete(index)
  }

  #source(id: string): Y.Text | null {
    const found = findCell(this.browser.doc, id)
    return found === null ? null : cellSource(found.cell)
  }

  #note(mark: string): string {
    this.#written.push(mark)
    return mark
  }
}

/** The marks and cells of the document that a writer could have noted. */
function standing(doc: Y.Doc): Set<string> {
  const kept = findCell(doc, 'kept')
  return new Set([...(kept === null ? '' : cellSource(kept.cell).toString()), ...cellsOf(doc).map(cellId)])
}

const lost = (doc: Y.Doc, writers: readonly Writer[]): string[] => {
  const found = standing(doc)
  return writers.flatMap(({ acknowledged }) => [...acknowledged].filter((mark) => !found.has(mark)))
}

const says = (doc: Y.Doc): unknown => cellsOf(doc).toJSON()

const settled = (writers: readonly Writer[]): Promise<void> =>
  vi.waitFor(() => {
    for (const { browser } of writers) expect(browser.refusals).toEqual([])
    expect(writers.filter(({ browser }) => browser.isOpen && !browser.isSettled)).toHaveLength(0)
  })

async function simulate(root: string, seed: number): Promise<void> {
  const roll = dice(seed)
  let marks = 0x4e00
  const mark = (): string => String.fromCharCode(marks++)
  let house: House = await openHouse(root)
  let opened = await openNotebook(house)
  const writers = Array.from({ length: 2 + roll(9) }, () => new Writer(roll, mark))
  for (const { browser } of writers) browser.connect(house, opened)
  await vi.waitFor(() => expect(writers.every(({ browser }) => browser.isSettled)).toBe(true))
  for (let step = 0; step < 120; step++) {
    const { browser } = pick(writers, roll)
    if (roll(12) === 0) browser.disconnect()
    else if (!browser.isOpen && roll(2) === 0) browser.connect(house, opened)
    pick(writers, roll).edit()
    if (roll(2) === 0) await new Promise(setImmediate)
    if (roll(10) === 0) await settled(writers.filter((one) => one.browser.isOpen))
    if (roll(60) !== 0) continue
    await closeHouse(house)
    house = await openHouse(root)
    opened = await openNotebook(house)
    expect(lost(opened.doc, writers)).toEqual([])
  }
  for (const { browser } of writers) browser.disconnect()
  for (const { browser } of writers) browser.connect(house, opened)
  await vi.waitFor(() => expect(writers.every(({ browser }) => browser.isSettled)).toBe(true))
  await vi.waitFor(() => {
    for (const { browser } of writers) expect(says(browser.doc)).toEqual(says(opened.doc))
  })
  expect(writers.flatMap(({ acknowledged }) => [...acknowledged]).length).toBeGreaterThan(0)
  expect(lost(opened.doc, writers)).toEqual([])
  const ids = cellsOf(opened.doc).map(cellId)
  expect(new Set(ids).size).toBe(ids.length)
  for (const { browser } of writers) browser.disconnect()
  await closeHouse(house)
}

function pick<T>(values: readonly T[], roll: (limit: number) => number): T {
  const value = values[roll(values.length)]
  if (value === undefined) throw new Error('nothing to pick from')
  return value
}

test.each([1, 2, 3, 5, 8, 13])('browsers converge and lose nothing (seed %i)', async (seed) => {
  const root = await mkdtemp(join(tmpdir(), 'yesterday-convergence-'))
  await writeFile(join(root, 'a.ipynb'), notebook)
  await simulate(root, seed)
  await rm(root, { recursive: true, maxRetries: 5 })
})
