/** What is expected of the cells of a notebook, after real kernels ran it. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { cellSource, findCell } from '../../contract/document.ts'
import { cellsInFile } from '../../src/lineage/cells-now.ts'
import { forecastsOf, totalOf } from '../../src/prediction/forecasts.ts'
import { RunHistory } from '../../src/prediction/run-history.ts'
import { yesterday } from '../cli/program.ts'
import { type House, makeProject, openHouse, python, raze, runAll, whySkipped } from '../session/house.ts'

let house: House | null = null
afterEach(async () => {
  if (house !== null) await raze(house)
  house = null
})

const cells = {
  n: 'n = 1000',
  make: 'xs = [i * 7919 % 104729 for i in range(n)]',
  sort: 'ys = sorted(xs)',
  read: 'text = open("d.txt").read()',
  new: 'zs = sorted(ys)',
}

describe.skipIf(python === null)(`forecasts of a notebook${whySkipped}`, () => {
  test('follow numbers that are edited, files that change, and what was learned', async () => {
    const root = await makeProject(cells)
    await writeFile(join(root, 'd.txt'), 'x'.repeat(5000))
    house = await openHouse(root)
    const { id, doc, session } = await house.open()
    const write = (cell: string, text: string): void => {
      const source = cellSource(findCell(doc, cell)?.cell ?? expect.fail(`no cell ${cell}`))
      source.delete(0, source.length)
      source.insert(0, text)
    }
    const ran = ['n', 'make', 'sort', 'read']
    for (const n of [1000, 30_000, 2000]) {
      write('n', `n = ${n}`)
      await runAll(session, ran)
    }
    const learned = new RunHistory(house.store)
    await learned.catchUp()
    expect(learned.count).toBe(12)
    const place = { session: house.sessions.sessionOf(id), isAlive: true, cwd: root }
    const expected = async () => {
      const now = Object.keys(cells).map((cell) => ({
        cellId: cell,
        source: cellSource(findCell(doc, cell)?.cell ?? expect.fail(`no cell ${cell}`)).toString(),
      }))
      return new Map((await forecastsOf(learned, now, place)).map((one) => [one.cell, one]))
    }
    const now = await expected()
    expect(ran.map((cell) => now.get(cell)?.ms?.method)).toEqual(Array(4).fill('exact'))
    expect(now.get('new')?.ms?.method).toBe('project')
    expect(now.get('sort')?.memory).not.toBeNull()
    // Edited and not run: what depends on it is expected by its size, through what is made between.
    write('n', 'n = 60000')
    const edited = await expected()
    expect(edited.get('sort')?.ms?.method).toBe('inputs')
    const kept = (forecasts: typeof now, cell: string) => forecasts.get(cell)?.stored?.value ?? 0
    for (const cell of ['make', 'sort']) expect(kept(edited, cell)).toBeGreaterThan(10 * kept(now, cell))
    await writeFile(join(root, 'd.txt'), 'x'.repeat(50_000))
    expect((await expected()).get('read')?.ms?.method).toBe('inputs')
    expect(totalOf([...now.values()]).ms).toBeGreaterThan(0)
    // The next run is learned without reading the others again.
    await runAll(session, ['n'])
    await learned.catchUp()
    expect(learned.count).toBe(13)
  })

  test('are printed for a notebook that no server has', async () => {
    const root = await makeProject({ a: 'x = sum(range(1000))', b: 'never_run()' })
    const made = await openHouse(root)
    const { id, session } = await made.open()
    await runAll(session, ['a'])
    await made.documents.save(id)
    await made.close()
    expect(await cellsInFile(join(root, 'a.ipynb'))).toHaveLength(2)
    const { code, out, err } = await yesterday(root, 'predict', 'a.ipynb', '--json')
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const found = JSON.parse(out)
    expect(found).toMatchObject({
      cells: [
        { cell: 'a', ms: { method: 'exact', runs: 1 } },
        { cell: 'b', ms: null },
      ],
      learned: 1,
    })
    expect(found.total.ms).toBe(found.cells[0].ms.value)
    const text = (await yesterday(root, 'predict', 'a.ipynb')).out
    expect(text).toContain('1 equal run')
    expect(text).toContain('nothing is known of 1 cell')
    const missing = await yesterday(root, 'predict', 'b.ipynb')
    expect(missing.code).toBe(2)
    expect(missing.err).toContain('Name an .ipynb file that exists.')
    expect(await readFile(join(root, 'a.ipynb'), 'utf8')).toContain('never_run')
    house = { ...made, close: async () => undefined }
  })
})
