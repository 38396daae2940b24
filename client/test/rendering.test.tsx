// @vitest-environment happy-dom
/** What a notebook holds never takes more than its own part of the page away. */
import {
  cellSource,
  cellsOf,
  makeCell,
  type YCell,
  type YOutput,
} from '@yesterday/server/contract/document.ts'
import fc from 'fast-check'
import { act, type ReactNode } from 'react'
import { createRoot, type Root } from 'react-dom/client'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import * as Y from 'yjs'
import { NotebookContext } from '../src/access/context.ts'
import { markdownSettled } from '../src/markdown/load-markdown.ts'
import { accessTo } from '../src/notebook/access.ts'
import { CellBand } from '../src/notebook/CellBand.tsx'
import { CellBoundary } from '../src/notebook/CellBoundary.tsx'
import { Notebook } from '../src/notebook/notebook.ts'
import { OutputBoundary } from '../src/outputs/OutputBoundary.tsx'
import { t } from '../src/text/text.ts'
import { Boundary } from '../src/ui/Boundary.tsx'

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true })

let root: Root
let place: HTMLElement
let notebook: Notebook
beforeEach(() => {
  vi.stubGlobal('fetch', () => Promise.reject(new Error('no server here')))
  place = document.body.appendChild(document.createElement('div'))
  root = createRoot(place, { onCaughtError: () => undefined })
  // Nothing listens there: what is drawn is what the test puts into the document.
  const opened = { path: 'a.ipynb', documentId: 'd', epoch: 'e', writable: true, role: 'owner' as const }
  notebook = new Notebook(opened, 'ws://127.0.0.1:9')
  // React and the boundary say on the console what failed.
  vi.spyOn(console, 'error').mockImplementation(() => undefined)
})
afterEach(() => {
  act(() => root.unmount())
  void notebook.close()
  place.remove()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

const draw = (node: ReactNode): void =>
  act(() => root.render(<NotebookContext value={accessTo(notebook, null)}>{node}</NotebookContext>))

function drawCells(cells: readonly YCell[]): void {
  notebook.doc.transact(() => {
    cellsOf(notebook.doc).delete(0, cellsOf(notebook.doc).length)
    cellsOf(notebook.doc).insert(0, [...cells])
  })
  const byId = new Map(cellsOf(notebook.doc).map((cell) => [String(cell.get('id')), cell]))
  const band = { key: 0, cells: [...byId.keys()] }
  draw(<CellBand notebook={notebook} band={band} cells={byId} start={0} total={byId.size} />)
}

const hostileNames = fc.constantFrom(
  '__proto__',
  'constructor',
  'toString',
  'jupyter',
  'collapsed',
  'image/png',
  'a.png',
)
const json = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.dictionary(fc.oneof(hostileNames, fc.string()), fc.jsonValue({ maxDepth: 2 })),
)
// Yjs itself refuses a value with a member of this name.
const fitsYjs = (value: unknown): boolean =>
  typeof value !== 'object' || value === null || !Object.hasOwn(value, 'constructor')
const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value))
const storable = json.map(asJson).filter(fitsYjs)
const attachments = fc
  .option(fc.dictionary(fc.oneof(hostileNames, fc.string()), json), { nil: undefined })
  .map((files) => (files === undefined ? files : asJson(files)))
  .filter(fitsYjs)
const pieces = fc.constantFrom(
  '![x](attachment:caf%E9.png)',
  '![x](attachment:a.png "%")',
  '[a](%)',
  '[a]: %ZZ\n',
  '$$\\frac{',
  '$x^2$',
  '# h',
  '- [x] ',
  '> ',
  '```\n',
  '|a|b|\n|-|-|\n',
  '<script>',
  '&#0;',
  '\\',
  '\ud800',
  '\n',
  '\n\n',
  '    ',
  '[',
  '](',
  '**',
  'https://%E9.example/',
)
const source = fc
  .array(fc.oneof(pieces, fc.string({ unit: 'binary', maxLength: 8 })), { maxLength: 24 })
  .map((parts) => parts.join(''))

test('no source, attachment or metadata makes a text cell fail', async () => {
  await markdownSettled
  fc.assert(
    fc.property(source, attachments, fc.dictionary(hostileNames, storable), (text, files, metadata) => {
      const cell = makeCell({ id: 'c1', type: 'markdown', source: text, metadata })
      if (files !== undefined) cell.set('attachments', files)
      drawCells([cell, makeCell({ id: 'c2', type: 'code', source: 'b = 2', metadata })])
      expect(place.querySelectorAll('article')).toHaveLength(2)
      expect(place.querySelector('.problem, .cell-unrendered')).toBeNull()
    }),
    { numRuns: 150 },
  )
})

test('no output makes its cell fail', () => {
  const output = fc.record(
    {
      output_type: fc.constantFrom('stream', 'display_data', 'execute_result', 'error', 'pyout', ''),
      name: storable,
      text: storable,
      data: fc.oneof(storable, fc.dictionary(fc.constantFrom(...mimes), json).map(asJson)),
      metadata: storable,
      ename: storable,
      evalue: storable,
      traceback: fc.oneof(storable, fc.array(json)),
    },
    { requiredKeys: ['output_type'] },
  )
  fc.assert(
    fc.property(fc.array(output, { minLength: 4, maxLength: 12 }), (outputs) => {
      const cell = makeCell({ id: 'c1', type: 'code', source: 'a = 1' })
      const list = new Y.Array<YOutput>()
      list.insert(
        0,
        outputs.map((one) => new Y.Map(Object.entries(one))),
      )
      cell.set('outputs', list)
      drawCells([cell])
      expect(place.querySelector('.code-editor')).not.toBeNull()
      expect(place.querySelectorAll('.output-place')).toHaveLength(outputs.length)
      expect(place.textContent).not.toContain(t('cell.broken'))
    }),
    { numRuns: 25 },
  )
})
const mimes = [
  'text/plain',
  'text/html',
  'text/markdown',
  'text/latex',
  'image/png',
  'image/svg+xml',
  'application/json',
]

test('outputs in which secrets were masked say how many', () => {
  const [one, two] = [
    '\u2022\u2022\u2022\u2022\u2022\u20223fa91c02',
    '\u2022\u2022\u2022\u2022\u2022\u202200c0ffee',
  ]
  const outputs = [
    { output_type: 'stream', name: 'stdout', text: new Y.Text(`in with ${one}\nout with ${one}\n`) },
    { output_type: 'error', ename: 'Refused', evalue: one, traceback: [`Refused: ${one} and ${two}`] },
    {
      output_type: 'stream',
      name: 'stdout',
      text: new Y.Text('\u2022\u2022\u2022\u2022\u2022\u2022 nothing'),
    },
  ]
  const cell = makeCell({ id: 'c1', type: 'code', source: 'a = 1' })
  const list = new Y.Array<YOutput>()
  list.insert(
    0,
    outputs.map((output) => new Y.Map<unknown>(Object.entries(output))),
  )
  cell.set('outputs', list)
  drawCells([cell])
  const notes = [...place.querySelectorAll('.output-place')].map(
    (output) => output.querySelector('.output-hidden')?.textContent ?? null,
  )
  expect(notes).toEqual([t('outputs.secrets', { count: 1 }), t('outputs.secrets', { count: 2 }), null])
})

const Bomb = ({ fails }: { readonly fails: boolean }) => {
  if (fails) throw new Error('it does not fit')
  return <p>whole</p>
}

test('a part that fails says why, and is drawn again once what it shows has changed', () => {
  const shown = (value: object, fails: boolean) => (
    <>
      <p>neighbour</p>
      <Boundary healOn={value} fallback={({ reason }) => <p>failed: {reason}</p>}>
        <Bomb fails={fails} />
      </Boundary>
    </>
  )
  const [bad, good] = [{}, {}]
  draw(shown(bad, true))
  expect(place.textContent).toBe('neighbourfailed: it does not fit')
  draw(shown(bad, false))
  expect(place.textContent).toBe('neighbourfailed: it does not fit')
  draw(shown(good, false))
  expect(place.textContent).toBe('neighbourwhole')
})

test('an output that fails offers its data', () => {
  draw(
    <OutputBoundary output={{ output_type: 'display_data', data: { 'text/plain': 'kept' } }}>
      <Bomb fails />
    </OutputBoundary>,
  )
  expect(place.textContent).toContain('it does not fit')
  expect(place.querySelector('[role=menu]')).not.toBeNull()
})

test('a cell that fails keeps its editor, and recovers when its source changes', () => {
  const cell = makeCell({ id: 'c1', type: 'code', source: 'a = 1' })
  cellsOf(notebook.doc).insert(0, [cell])
  let fails = true
  const Part = () => <Bomb fails={fails} />
  const shown = { notebook, cell, id: 'c1', index: 0, total: 1 }
  draw(
    <CellBoundary {...shown}>
      <Part />
    </CellBoundary>,
  )
  expect(place.textContent).toContain(t('cell.broken'))
  expect(place.querySelector('.code-editor')?.textContent).toContain('a = 1')
  fails = false
  act(() => cellSource(cell).insert(0, 'b'))
  expect(place.textContent).toBe('whole')
})
