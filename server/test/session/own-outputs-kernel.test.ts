/** Which outputs a client may trust: those of runs of this server or of its record, and no others. */
import { randomUUID } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import type * as Y from 'yjs'
import { cellOutputs, findCell, outputId } from '../../contract/document.ts'
import { type House, makeProject, openHouse, python, raze, runAll, whySkipped } from './house.ts'

const houses: House[] = []
afterEach(async () => {
  for (const house of houses.splice(0)) await raze(house)
})

async function opened(root: string) {
  const house = await openHouse(root)
  houses.push(house)
  const { id, doc, session } = await house.open()
  const visit = await house.sessions.visit(id)
  if (visit === null) throw new Error('the notebook is gone')
  return { house, doc, session, leave: () => visit.leave() }
}

function idsOf(doc: Y.Doc, cell: string): readonly (string | null)[] {
  const found = findCell(doc, cell)
  return (found && cellOutputs(found.cell)?.map(outputId)) ?? []
}

const html = (value: string) => ({
  output_type: 'display_data',
  metadata: {},
  data: { 'text/html': [value], 'text/plain': ['shown'] },
})

/** Gives a cell of the notebook file outputs that did not come from a run. */
async function forge(root: string, cell: string, outputs: readonly unknown[]): Promise<void> {
  const file = join(root, 'a.ipynb')
  const notebook = JSON.parse(await readFile(file, 'utf8'))
  for (const each of notebook.cells) if (each.id === cell) each.outputs = outputs
  await writeFile(file, JSON.stringify(notebook))
}

const SOURCE = `from IPython.display import HTML
HTML("<b>${randomUUID()}</b>")`

describe.skipIf(python === null)(`own outputs with a real kernel${whySkipped}`, () => {
  test('outputs of a run are own, also for a later server; those of a file are not', async () => {
    const root = await makeProject({ a: SOURCE, b: SOURCE })
    await forge(root, 'b', [html('<script src="https://cdn.example/x.js"></script>')])
    const first = await opened(root)
    await first.session.own.ready()
    expect(first.session.own.all.outputs).toEqual([])
    const reported: string[] = []
    first.session.events.on('event', (event) => {
      if (event.type === 'ownOutputs') reported.push(...event.outputs)
    })
    await runAll(first.session, ['a'])
    expect(reported).toEqual(idsOf(first.doc, 'a'))
    first.leave()
    await first.house.close()
    houses.length = 0

    const second = await opened(root)
    await second.session.own.ready()
    expect(second.session.own.all.outputs).toEqual(idsOf(second.doc, 'a'))
    second.leave()
  })

  test('an output that differs from the record in one form is not own', async () => {
    const root = await makeProject({ a: SOURCE })
    const first = await opened(root)
    await runAll(first.session, ['a'])
    const [shown] = findCell(first.doc, 'a')?.cell.toJSON().outputs ?? []
    first.leave()
    await first.house.close()
    houses.length = 0
    await forge(root, 'a', [
      { ...html('<script>1</script>'), data: { ...shown.data, 'text/html': '<script>1</script>' } },
    ])
    const second = await opened(root)
    await second.session.own.ready()
    expect(idsOf(second.doc, 'a')).toHaveLength(1)
    expect(second.session.own.all.outputs).toEqual([])
    second.leave()
  })
})
