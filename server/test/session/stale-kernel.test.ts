/** The stale cells that clients get while real kernels run them, documents change and files on disk do. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, test } from 'vitest'
import { cellSource, findCell } from '../../contract/document.ts'
import type { StaleCell } from '../../contract/stale.ts'
import { ada, type House, makeProject, openHouse, python, raze, runAll, whySkipped } from './house.ts'

let house: House | null = null
let leave = (): void => undefined
afterEach(async () => {
  leave()
  if (house !== null) await raze(house)
  house = null
})

const words = (cells: readonly StaleCell[]): readonly string[] =>
  cells.map(({ cell, reasons }) => `${cell} ${reasons.map(({ kind }) => kind).join(' ')}`)

/** Opens the notebook as a page does; `until` settles when exactly these cells are reported as stale. */
async function visited(cells: Readonly<Record<string, string>>) {
  const root = await makeProject(cells)
  await writeFile(join(root, 'd.csv'), 'one')
  const made = await openHouse(root)
  house = made
  const { id, doc, session } = await made.open()
  const visit = await made.sessions.visit(id)
  if (visit === null) throw new Error('the notebook is gone')
  leave = () => visit.leave()
  const until = (expected: readonly string[]) =>
    new Promise<void>((resolve) => {
      const isIt = (): boolean =>
        JSON.stringify(words(visit.stale.latest?.cells ?? [])) === JSON.stringify(expected)
      const look = (): void => {
        if (visit.stale.latest === null || !isIt()) return
        session.events.off('event', look)
        resolve()
      }
      session.events.on('event', look)
      look()
    })
  const edit = (cell: string, text: string): void => {
    const found = findCell(doc, cell)
    if (found === null) throw new Error(`no cell ${cell}`)
    doc.transact(() => {
      const source = cellSource(found.cell)
      source.delete(0, source.length)
      source.insert(0, text)
    })
  }
  return { root, session, until, edit }
}

const cells = { a: 'x = 1', b: 'y = x + 1', c: 'print(y)', d: 'text = open("d.csv").read()' }

describe.skipIf(python === null)(`stale cells on a real kernel${whySkipped}`, () => {
  test('never run, fresh, edited, input changed, file changed, another session', async () => {
    const { root, session, until, edit } = await visited(cells)
    await until(['a unknown', 'b unknown', 'c unknown', 'd unknown'])
    await runAll(session, ['a', 'b', 'c', 'd'])
    await until([])
    edit('a', 'x = 2')
    await until(['a edited', 'b upstream', 'c upstream'])
    await runAll(session, ['a'])
    await until(['b input', 'c upstream'])
    await runAll(session, ['b', 'c'])
    await until([])
    await writeFile(join(root, 'd.csv'), 'two')
    await until(['d file'])
    await runAll(session, ['d'])
    await until([])
    await session.restart(null, ['a'], ada)
    await until(['b session', 'c session', 'd session'])
  })

  test('a cell is stale for the parts that it read', async () => {
    const { session, until, edit } = await visited({
      load: 'import pandas as pd\ndf = pd.DataFrame({"g": ["a", "b"], "v": [1, 2], "w": [0, 0]})',
      column: 'df["w"] = df.v * 2',
      sums: 'print(df[df.v > 0].groupby("g").v.sum())',
      weights: 'print(df[["v", "w"]].sum())',
      all: 'print(df)',
      config: 'config = {"train": {"lr": 0.1, "epochs": 2}, "name": "net"}',
      rate: 'config["train"]["lr"] = 0.2',
      epochs: 'print(config["train"]["epochs"], config["name"])',
      train: 'print(config["train"])',
    })
    await runAll(session, ['load', 'column', 'sums', 'weights', 'all', 'config', 'rate', 'epochs', 'train'])
    await until([])
    edit('column', 'df["w"] = df.v * 3')
    edit('rate', 'config["train"]["lr"] = 0.3')
    await runAll(session, ['column', 'rate'])
    await until(['weights input', 'all input', 'train input'])
    await runAll(session, ['weights', 'all', 'train'])
    await until([])
  })
})
