/** Anchors of comments keep to their text, whatever is done to the cells around it. */
import { anchorAt, followed, placeOf } from '@yesterday/server/contract/anchors.ts'
import type { SourceAnchor } from '@yesterday/server/contract/comments.ts'
import { cellId, cellSource, cellsOf, findCell, makeCell } from '@yesterday/server/contract/document.ts'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import * as Y from 'yjs'
import { CellEdits } from '../src/notebook/cell-edits.ts'

const NEEDLE = 'weigh(mass, 3)'

class Page {
  readonly doc = new Y.Doc()
  readonly origin = {}
  readonly edits = new CellEdits(this.doc, this.origin)
  readonly undo: Y.UndoManager

  constructor(sources: readonly string[]) {
    cellsOf(this.doc).insert(
      0,
      sources.map((source, place) => makeCell({ id: `c${place}`, type: 'code', source })),
    )
    this.undo = new Y.UndoManager(cellsOf(this.doc), {
      trackedOrigins: new Set([this.origin]),
      captureTimeout: 0,
    })
  }

  id(place: number): string {
    return cellId(cellsOf(this.doc).get(place % cellsOf(this.doc).length))
  }

  source(place: number): Y.Text {
    return cellSource(cellsOf(this.doc).get(place % cellsOf(this.doc).length))
  }

  textAt(anchor: SourceAnchor): string | null {
    const place = placeOf(this.doc, anchor)
    const found = place && findCell(this.doc, place.cell)
    return found ? cellSource(found.cell).toString().slice(place.start, place.end) : null
  }
}

const begun = (): { page: Page; anchor: SourceAnchor } => {
  const page = new Page(['a = 1\nb = 2', `x = ${NEEDLE} + 1\nprint(x)`, 'weigh(1)\nx', ''])
  const anchor = anchorAt(page.doc, { cell: 'c1', start: 4, end: 4 + NEEDLE.length })
  if (anchor === null) throw new Error('no anchor')
  return { page, anchor }
}

const number = fc.nat({ max: 40 })
const step = fc.oneof(
  fc.record({
    do: fc.constant('type' as const),
    cell: number,
    at: number,
    text: fc.string({ maxLength: 3 }),
  }),
  fc.record({ do: fc.constant('erase' as const), cell: number, at: number, count: fc.nat({ max: 3 }) }),
  fc.record({ do: fc.constant('move' as const), cell: number, to: number }),
  fc.record({ do: fc.constant('split' as const), cell: number, at: number }),
  fc.record({ do: fc.constant('merge' as const), cell: number }),
  fc.record({ do: fc.constant('convert' as const), cell: number }),
  fc.record({ do: fc.constant('undo' as const) }),
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

/** Offsets inside of the needle are moved to its beginning: the property is about text that stays. */
function outside(text: Y.Text, at: number, isInsert: boolean): number {
  const offset = at % (text.length + 1)
  const start = text.toString().indexOf(NEEDLE)
  const isInside = start !== -1 && offset > start - (isInsert ? 0 : 1) && offset < start + NEEDLE.length
  return isInside ? Math.max(0, isInsert ? start : start - 1) : offset
}

function perform(page: Page, step: Step): void {
  switch (step.do) {
    case 'type': {
      const text = page.source(step.cell)
      page.doc.transact(() => text.insert(outside(text, step.at, true), step.text), page.origin)
      return
    }
    case 'erase': {
      const text = page.source(step.cell)
      const at = outside(text, step.at, false)
      const start = text.toString().indexOf(NEEDLE)
      const most = start >= at ? start - at : text.length - at
      page.doc.transact(() => text.delete(at, Math.min(step.count, Math.max(0, most))), page.origin)
      return
    }
    case 'move':
      page.edits.moveBefore([page.id(step.cell)], page.id(step.to))
      return
    case 'split':
      page.edits.split(page.id(step.cell), outside(page.source(step.cell), step.at, true))
      return
    case 'merge':
      page.edits.merge([page.id(step.cell), page.id(step.cell + 1)])
      return
    case 'convert':
      page.edits.setType([page.id(step.cell)], step.cell % 2 === 0 ? 'markdown' : 'code')
      return
    case 'undo':
      page.undo.undo()
  }
}

test('random edits, moves, splits, merges and undo around a selection leave its anchor on it', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
      const { page, anchor: first } = begun()
      let anchor = first
      for (const one of steps) {
        perform(page, one)
        const isThere = cellsOf(page.doc)
          .toArray()
          .some((cell) => cellSource(cell).toString().includes(NEEDLE))
        if (!isThere) return
        anchor = followed(page.doc, anchor)
        expect(page.textAt(anchor)).toBe(NEEDLE)
      }
    }),
    { numRuns: 300 },
  )
})

test('an anchor grows with what is typed inside of it, and is gone with its text', () => {
  const { page, anchor } = begun()
  page.source(1).insert(10, '2 * ')
  expect(page.textAt(anchor)).toBe('weigh(2 * mass, 3)')
  const kept = followed(page.doc, anchor)
  page.source(1).delete(0, page.source(1).length)
  expect(placeOf(page.doc, kept)).toBeNull()
  expect(followed(page.doc, kept)).toBe(kept)
})

test('a deleted cell takes its anchor along, and undo brings it back', () => {
  const { page, anchor } = begun()
  page.edits.remove(['c1'])
  expect(placeOf(page.doc, anchor)).toBeNull()
  page.undo.undo()
  expect(page.textAt(anchor)).toBe(NEEDLE)
})

test('of two equal texts, the one with the same surroundings is meant', () => {
  const page = new Page(['f(x)\ng(x)', 'h(x)'])
  const anchor = anchorAt(page.doc, { cell: 'c0', start: 7, end: 8 })
  if (anchor === null) throw new Error('no anchor')
  page.edits.moveBefore(['c0'], null)
  expect(placeOf(page.doc, anchor)).toEqual({ cell: 'c0', start: 7, end: 8 })
})

test('positions that are no positions lead to the quote; a text that is in two cells leads nowhere', () => {
  const { page, anchor } = begun()
  expect(page.textAt({ ...anchor, from: 'AAAA', to: '/////w==' })).toBe(NEEDLE)
  const copies = new Page(['zzzz', 'value', 'value'])
  const elsewhere = { ...anchor, cell: 'c0', quote: 'value', before: '', after: '' }
  expect(placeOf(copies.doc, elsewhere)).toBeNull()
})
