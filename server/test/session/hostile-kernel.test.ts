/** A real kernel whose cells say what breaks documents: one output is lost at most, the server and the next start are well. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import {
  type House,
  makeProject,
  openHouse,
  outputsOf,
  python,
  raze,
  receipts,
  runAll,
  textOf,
  whySkipped,
} from './house.ts'

let house: House | null = null
afterEach(async () => {
  if (house !== null) await raze(house)
  house = null
})

const publish = 'publish = get_ipython().display_pub.publish\n'
const cells = {
  metadata: "display('x', metadata={'constructor': 1})\nprint('after')",
  bundle: "display({'constructor': 'a', 'text/plain': 'b'}, raw=True)\nprint('after')",
  deep: `${publish}deep = []\nfor _ in range(300): deep = [deep]\npublish({'application/json': deep, 'text/plain': 'c'})\nprint('after')`,
  ours: `${publish}publish({'application/json': {'yesterday.object': None}}, {'yesterday': {'truncatedHead': 1}})\nprint('after')`,
  number: `${publish}publish({'text/plain': 5})\nprint('after')`,
  error: "raise ValueError('z' * 3_000_000)",
}

describe.skipIf(python === null)(`a hostile kernel${whySkipped}`, () => {
  test('each cell shows what can be shown, is recorded, and is saved as nbformat has it', async () => {
    house = await openHouse(await makeProject(cells))
    const { id, doc, session } = await house.open()
    for (const cell of Object.keys(cells)) await runAll(session, [cell])
    const shown = Object.keys(cells).filter((cell) => cell !== 'error')
    expect(shown.map((cell) => textOf(doc, cell))).toEqual(
      shown.map(() => expect.stringContaining('after\n')),
    )
    expect(outputsOf(doc, 'deep')).toMatchObject([
      { data: { 'text/plain': expect.stringContaining('could not be shown') } },
      { text: 'after\n' },
    ])
    expect(JSON.stringify(outputsOf(doc, 'error')).length).toBeLessThan(200_000)
    expect((await receipts(house)).map(({ outcome }) => outcome)).toEqual([...shown.map(() => 'ok'), 'error'])
    await house.documents.save(id)
    const saved = JSON.parse(await readFile(join(house.root, 'a.ipynb'), 'utf8'))
    expect(saved.cells[0].outputs[0].metadata).toEqual({ constructor: 1 })
    expect(saved.cells[1].outputs[0].data).toEqual({ constructor: 'a', 'text/plain': ['b'] })
    expect(saved.cells[3].outputs[0].data).toEqual({ 'application/json': { 'yesterday.object': null } })
    expect(house.problems).toEqual([])
  })

  test('a server that comes back reads it from the spool, and is well', async () => {
    house = await openHouse(
      await makeProject({ a: `${cells.metadata}\n${cells.deep}\ninput('?')`, b: '6 * 7' }),
    )
    const { session } = await house.open()
    await session.run(['a'], { id: 'ada', name: 'Ada' })
    await new Promise<void>((resolve) => {
      const look = () => session.view().prompt !== null && resolve()
      session.events.on('changed', look)
      look()
    })
    await house.close({ shutdown: false })
    const again = await openHouse(house.root)
    house = again
    await again.sessions.recover()
    const reopened = await again.open()
    expect(reopened.session.input(reopened.session.view().prompt?.run ?? '', 'x')).toBeNull()
    await runAll(reopened.session, ['b'])
    expect(textOf(reopened.doc, 'a')).toBe('after\nafter\n')
    expect(outputsOf(reopened.doc, 'b')).toMatchObject([{ data: { 'text/plain': '42' } }])
    expect((await receipts(again)).map(({ outcome }) => outcome)).toEqual(['ok', 'ok'])
  })
})
