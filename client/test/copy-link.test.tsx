// @vitest-environment happy-dom
/** "Copy link" of each thing that has an address: where the control is, and where the copied address leads. */
import { Thread } from '@yesterday/server/contract/comments.ts'
import type { ReactNode } from 'react'
import { createRoot, type Root } from 'react-dom/client'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ada, edge, minutesAgo, node, output, receipt, row, summary } from '../gallery/data.ts'
import type { State } from '../gallery/fixture.ts'
import { past } from '../gallery/past.tsx'
import { Stage } from '../gallery/stage.tsx'
import { EditorPool } from '../src/editor/editor-pool.ts'
import { FileRow } from '../src/files/FileRow.tsx'
import { CellMenu, DialogsContext } from '../src/notebook/CellMenu.tsx'
import { COMMANDS } from '../src/notebook/commands.ts'
import { copyCellLink, copyOutputLink } from '../src/notebook/follow-link.ts'
import { CellOutputs } from '../src/outputs/CellOutputs.tsx'
import { ThreadCard } from '../src/panels/comments/ThreadCard.tsx'
import { RunTable } from '../src/panels/past/log/RunTable.tsx'
import { newestFirst } from '../src/panels/past/log/run-table.ts'
import { parseTarget } from '../src/panels/past/target.ts'

let root: Root
let place: HTMLElement
const copied: string[] = []
beforeEach(() => {
  place = document.body.appendChild(document.createElement('div'))
  root = createRoot(place)
  copied.length = 0
  // happy-dom has no popovers.
  HTMLElement.prototype.hidePopover ??= () => undefined
  vi.spyOn(EditorPool.prototype, 'load').mockReturnValue(new Promise(() => {}))
  vi.spyOn(navigator.clipboard, 'writeText').mockImplementation(async (text) => void copied.push(text))
})
afterEach(() => {
  place.remove()
  vi.restoreAllMocks()
})

const nameOf = (one: Element): string => one.getAttribute('aria-label') ?? one.textContent ?? ''
const controls = (name: RegExp): readonly HTMLElement[] =>
  [...document.body.querySelectorAll<HTMLElement>('button, [role=menuitem]')].filter((one) =>
    name.test(nameOf(one)),
  )

/** What the first control of this name copies, in a state of the gallery. */
async function copies(state: State, name: RegExp): Promise<string> {
  const stage = await Stage.enter(state)
  root.render(stage.node())
  await vi.waitFor(() => expect(controls(name).length).toBeGreaterThan(0))
  controls(name)[0]?.click()
  await vi.waitFor(() => expect(copied).toHaveLength(1))
  root.unmount()
  await stage.leave()
  return copied[0] ?? ''
}

const checkpoint = { checkpoint: 'c1', name: 'First', notebook: 'd', at: minutesAgo(60), actor: ada }
const state = `sha256:${'5'.repeat(64)}`
const RUN = { '/api/runs/r1/around': { run: 'r1', nodes: [node('r1', 1)], edges: [], inputs: [], roots: [] } }
const R1 = receipt('r1', {
  generated: [edge('acc', { version: 'acc 1' })],
  outputs: [output('text/plain', '11')],
})
const drawn = (draw: () => ReactNode): State => ({ draw, notebook: { cells: [{ id: 'fit' }] } })
const printed = [{ output_type: 'stream', name: 'stdout', text: 'hello' }]
const thread = Thread.parse({
  ...{ id: 't1', quote: '', resolved: null, anchor: { on: 'cell', cell: 'fit' } },
  comments: [
    {
      id: 'k1',
      number: 1,
      author: ada,
      at: minutesAgo(1),
      edited: null,
      text: 'Why?',
      mentions: [],
      deleted: false,
    },
  ],
})
const entry = { name: 'a.csv', path: 'data/a.csv', type: 'file', size: 1, modified: minutesAgo(1) } as const
const nothing = () => undefined
const fileRow = () => (
  <FileRow
    row={{ type: 'entry', entry: { ...entry, writable: true }, depth: 1, open: false }}
    {...{ selected: false, tabStop: true, renaming: false }}
    {...{ onFocus: nothing, onActivate: nothing, onRename: nothing, onAsk: nothing }}
  />
)

const noRuns = { at: 'ready', parameters: [], metrics: [], next: null, problem: null } as const
const table = () => (
  <RunTable
    log={{ ...noRuns, runs: [row('r1', { title: 'fit' })] }}
    {...{ sorting: newestFirst, onSort: nothing, picked: [], onPick: nothing }}
  />
)

const compared = { '/api/runs/r0': receipt('r0'), '/api/runs/r1': receipt('r1') }
const LINKS: readonly (readonly [what: string, state: State, control: RegExp, hash: string])[] = [
  [
    'a run in the log',
    past(
      { at: 'log' },
      {
        answers: {
          '/api/past/table': { rows: [row('r1', { title: 'fit' })], parameters: [], metrics: [], next: null },
        },
      },
    ),
    /^Copy a link to fit$/,
    '#run=r1',
  ],
  ['a run in the table', drawn(table), /^Copy a link to fit$/, '#run=r1'],
  [
    'a run',
    past({ at: 'receipt', run: 'r1' }, { answers: { '/api/runs/r1': R1, ...RUN } }),
    /^Copy link$/,
    '#run=r1',
  ],
  [
    'a version',
    past({ at: 'receipt', run: 'r1' }, { answers: { '/api/runs/r1': R1, ...RUN } }),
    /^Copy a link to this version of acc$/,
    '#version=r1:acc%201',
  ],
  [
    'a checkpoint in the list',
    past(
      { at: 'checkpoints' },
      { answers: { '/api/past/checkpoints': [{ ...checkpoint, run: null, state }] } },
    ),
    /^Copy a link to First$/,
    '#checkpoint=c1',
  ],
  [
    'a checkpoint',
    past(
      { at: 'checkpoint', checkpoint: 'c1' },
      {
        answers: {
          '/api/past/checkpoints/c1': { checkpoint: { ...checkpoint, run: null, state }, cells: [] },
        },
      },
    ),
    /^Copy link$/,
    '#checkpoint=c1',
  ],
  [
    'a comparison',
    past({ at: 'compare', left: 'r0', right: 'r1' }, { answers: compared }),
    /^Copy link$/,
    '#compare=r0:r1',
  ],
  [
    'a timeline',
    past(
      { at: 'timeline', session: 's1' },
      { answers: { '/api/log': { runs: [summary('t1')], next: null } } },
    ),
    /^Copy link$/,
    '#timeline=s1',
  ],
  ['a comment', drawn(() => <ThreadCard thread={thread} />), /^Copy link$/, '#comment=t1'],
]

test.each(LINKS)('%s', async (_, shown, control, hash) => {
  const address = new URL(await copies(shown, control))
  expect([address.pathname, address.hash]).toEqual(['/notebooks/analysis.ipynb', hash])
  expect(address.searchParams.get('id')).toMatch(/^gallery-/)
  expect(parseTarget(address.hash)).not.toBeNull()
  // Programs that preview links do not get the hash: what has a preview is in the query as well.
  const isInQuery = address.search.endsWith(`&${hash.slice(1)}`)
  expect([hash, isInQuery]).toEqual([hash, !/^#(?:timeline)/.test(hash)])
})

test('an output, in its menu', async () => {
  const onLink = vi.fn()
  const outputs = () => <CellOutputs outputs={printed} cellId="fit" running={false} onLink={onLink} />
  const stage = await Stage.enter(drawn(outputs))
  root.render(stage.node())
  await vi.waitFor(() => expect(controls(/^Copy link$/)).toHaveLength(1))
  controls(/^Copy link$/)[0]?.click()
  expect(onLink).toHaveBeenCalledWith(0)
  copyOutputLink(stage.notebook, 'fit', 0)
  await vi.waitFor(() => expect(copied[0]).toContain('#cell=fit'))
  root.unmount()
  await stage.leave()
})

test('a cell, by its command', async () => {
  const stage = await Stage.enter({
    ...drawn(() => null),
    notebook: { cells: [{ id: 'fit' }], active: 'fit' },
  })
  expect(COMMANDS.find(({ id }) => id === 'copyLink')).toMatchObject({ run: copyCellLink })
  copyCellLink(stage.notebook)
  await vi.waitFor(() => expect(copied[0]).toContain('#cell=fit'))
  await stage.leave()
})

test('a cell, in its menu', async () => {
  HTMLElement.prototype.showPopover ??= () => undefined
  const dialogs = { palette: nothing, shortcuts: nothing, confirmRestart: nothing }
  const draw = (): ReactNode => null
  const stage = await Stage.enter({ draw, notebook: { cells: [{ id: 'fit' }], active: 'fit' } })
  root.render(
    <DialogsContext value={dialogs}>
      <CellMenu notebook={stage.notebook} />
    </DialogsContext>,
  )
  await vi.waitFor(() => expect(controls(/^Menu of the cell$/)).toHaveLength(1))
  expect(controls(/^Copy a link to the cell$/)).toEqual([])
  document.querySelector('[role=menu]')?.dispatchEvent(opening())
  await vi.waitFor(() => expect(controls(/^Copy a link to the cell/)).toHaveLength(1))
  controls(/^Copy a link to the cell/)[0]?.click()
  await vi.waitFor(() => expect(copied[0]).toContain('#cell=fit'))
  root.unmount()
  await stage.leave()
})

/** As a browser says it before it opens a menu. */
const opening = (): Event =>
  Object.assign(new Event('beforetoggle'), { newState: 'open', oldState: 'closed' })

test('a file, in its menu', async () => {
  expect(new URL(await copies(drawn(fileRow), /^Copy link$/)).pathname).toBe('/notebooks/data/a.csv')
})
