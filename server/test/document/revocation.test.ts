/** A member whose access was revoked, and whose client ignores the close frame. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { cellSource, cellsOf } from '../../contract/document.ts'
import { Browser, closeHouse, openHouse, openNotebook } from './house.ts'

const notebook = JSON.stringify({
  cells: [{ cell_type: 'markdown', id: 'one', source: '.', metadata: {} }],
  metadata: {},
  nbformat: 4,
  nbformat_minor: 5,
})

test('edits that a revoked client sends after the close frame do not enter the document', async () => {
  const root = await mkdtemp(join(tmpdir(), 'yesterday-revocation-'))
  await writeFile(join(root, 'a.ipynb'), notebook)
  const house = await openHouse(root)
  const opened = await openNotebook(house)
  const [ann, bob] = [new Browser(), new Browser()]
  ann.connect(house, opened, 'ann')
  bob.connect(house, opened, 'bob')
  await vi.waitFor(() => expect(ann.isSettled && bob.isSettled).toBe(true))
  bob.ignoreClose()
  const gone = bob.gone
  house.rooms.revoke(opened.id, 'bob')
  let sent = 0
  const typing = setInterval(() => {
    if (bob.isOpen) sent++
    cellSource(cellsOf(bob.doc).get(0)).insert(0, 'b')
  }, 1)
  await gone
  clearInterval(typing)
  cellSource(cellsOf(ann.doc).get(0)).insert(0, 'a')
  await vi.waitFor(() => expect(ann.isSettled).toBe(true))
  expect(sent).toBeGreaterThan(0)
  expect(cellSource(cellsOf(opened.doc).get(0)).toString()).toBe('a.')
  for (const { awareness } of [ann, bob]) awareness.destroy()
  ann.disconnect()
  await closeHouse(house)
  await rm(root, { recursive: true, maxRetries: 5 })
})
