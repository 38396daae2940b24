// @vitest-environment happy-dom
/** The others' carets in an editor: where they are, how they follow the text, and that they go with their people. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import * as Y from 'yjs'
import { showCarets } from '../src/presence/carets.ts'
import type { Visitor } from '../src/presence/people.ts'
import type { Presence } from '../src/presence/presence.ts'
import { Watched } from '../src/state/observable.ts'

type Widget = {
  getId(): string
  getDomNode(): HTMLElement
  getPosition(): { position: { lineNumber: number; column: number } } | null
}
type Mark = { range: Readonly<Record<string, number>>; options: { className: string } }

let text: Y.Text
let visitors: Watched<readonly Visitor[]>
let widgets: Map<string, Widget>
let marks: readonly Mark[]
let layouts: string[]
let stop: () => void

/** As much of an editor as carets use. */
function editor() {
  const getPositionAt = (offset: number) => {
    const before = text.toString().slice(0, offset).split('\n')
    return { lineNumber: before.length, column: (before.at(-1)?.length ?? 0) + 1 }
  }
  return {
    getModel: () => ({ getPositionAt }),
    createDecorationsCollection: () => ({
      set: (all: readonly Mark[]) => {
        marks = all
      },
      clear: () => {
        marks = []
      },
    }),
    addContentWidget: (widget: Widget) => void widgets.set(widget.getId(), widget),
    removeContentWidget: (widget: Widget) => void widgets.delete(widget.getId()),
    layoutContentWidget: (widget: Widget) => void layouts.push(widget.getId()),
  }
}

beforeEach(() => {
  vi.useFakeTimers()
  text = new Y.Doc().getText('source')
  text.insert(0, 'first\nsecond')
  ;[visitors, widgets, marks, layouts] = [new Watched<readonly Visitor[]>([]), new Map(), [], []]
  stop = showCarets(editor() as never, { visitors } as unknown as Presence, 'a', text)
})
afterEach(() => {
  stop()
  vi.useRealTimers()
})

const at = (offset: number): unknown =>
  Y.relativePositionToJSON(Y.createRelativePositionFromTypeIndex(text, offset))
const visitor = (client: number, anchor: number, head = anchor, over: Partial<Visitor> = {}): Visitor => ({
  ...{ client, id: `p${client}`, name: `Person ${client}`, color: '#ff0000', typing: false },
  cursors: [{ cell: 'a', anchor: at(anchor), head: at(head) }],
  ...over,
})
const places = () =>
  [...widgets.values()].map((widget) => {
    const { lineNumber, column } = widget.getPosition()?.position ?? {}
    return `${widget.getDomNode().textContent} ${lineNumber}:${column}`
  })
const node = () => [...widgets.values()][0]?.getDomNode() ?? expect.fail('no caret')

describe('a caret', () => {
  test('is where its person is, with their name and colour', () => {
    visitors.set([visitor(1, 8)])
    expect(places()).toEqual(['Person 1 2:3'])
    expect(node().style.getPropertyValue('--person')).toBe('#ff0000')
  })

  test('stays beside its letter while text comes before it', () => {
    visitors.set([visitor(1, 8)])
    text.insert(0, 'zero\n')
    expect(places()).toEqual(['Person 1 3:3'])
    text.delete(0, 5)
    expect(places()).toEqual(['Person 1 2:3'])
  })

  test('moves with its person, and is the same element', () => {
    visitors.set([visitor(1, 8)])
    const before = node()
    visitors.set([visitor(1, 2)])
    expect([places(), node() === before, layouts.length]).toEqual([['Person 1 1:3'], true, 1])
  })

  test('has its name for a moment after it moved', () => {
    visitors.set([visitor(1, 8)])
    expect('named' in node().dataset).toBe(true)
    vi.advanceTimersByTime(2000)
    expect('named' in node().dataset).toBe(false)
    visitors.set([visitor(1, 8, 8, { typing: true })])
    expect('named' in node().dataset).toBe(false)
    visitors.set([visitor(1, 9)])
    expect('named' in node().dataset).toBe(true)
  })

  test('in the first line has its name below', () => {
    visitors.set([visitor(1, 2)])
    places()
    expect(node().hasAttribute('data-first')).toBe(true)
    visitors.set([visitor(1, 8)])
    places()
    expect(node().hasAttribute('data-first')).toBe(false)
  })

  test('goes with its person, and with the cell that they leave', () => {
    visitors.set([visitor(1, 2), visitor(2, 8)])
    expect(widgets.size).toBe(2)
    visitors.set([visitor(2, 8, 8, { cursors: [{ cell: 'b', anchor: at(1), head: at(1) }] })])
    expect(places()).toEqual([])
  })

  test('a name is text', () => {
    visitors.set([visitor(1, 2, 2, { name: '<img src=x onerror=alert(1)>' })])
    expect(node().querySelector('img')).toBeNull()
    expect(node().textContent).toBe('<img src=x onerror=alert(1)>')
  })
})

describe('selections', () => {
  test('are marked from their beginning to their end, whichever way they were made', () => {
    const range = { startLineNumber: 1, startColumn: 3, endLineNumber: 2, endColumn: 3 }
    visitors.set([visitor(1, 2, 8)])
    expect(marks.map((one) => one.range)).toEqual([range])
    visitors.set([visitor(1, 8, 2)])
    expect(marks.map((one) => one.range)).toEqual([range])
    expect(places()).toEqual(['Person 1 1:3'])
  })

  test('a colour has one class, and one rule', () => {
    const rules = () => document.adoptedStyleSheets.length
    visitors.set([visitor(1, 2, 8, { color: '#00ff00' })])
    const before = rules()
    visitors.set([visitor(1, 2, 8, { color: '#00FF00' }), visitor(2, 1, 3, { color: '#00ff00' })])
    expect(new Set(marks.map(({ options }) => options.className))).toEqual(new Set(['selection-00ff00']))
    expect(rules()).toBe(before)
  })

  test('a caret without a selection has no mark', () => {
    visitors.set([visitor(1, 2)])
    expect(marks).toEqual([])
  })
})

describe('what cannot be placed', () => {
  test.each([
    ['no position', null],
    ['a text as a position', 'x'],
    ['a position of another type', { type: { client: 1, clock: 1 } }],
    ['an empty object', {}],
  ])('%s is left out', (_, anchor) => {
    visitors.set([visitor(1, 2, 2, { cursors: [{ cell: 'a', anchor, head: anchor }] })])
    expect([places(), marks]).toEqual([[], []])
  })

  test('a person with two cursors has two carets', () => {
    const [one] = visitor(1, 2).cursors
    const [other] = visitor(1, 8).cursors
    visitors.set([visitor(1, 2, 2, { cursors: [one, other].flatMap((cursor) => cursor ?? []) })])
    expect(places()).toEqual(['Person 1 1:3', 'Person 1 2:3'])
  })
})

test('stopped, nothing is left and nothing follows', () => {
  visitors.set([visitor(1, 2, 8)])
  stop()
  stop = () => undefined
  expect([widgets.size, marks]).toEqual([0, []])
  visitors.set([visitor(2, 3)])
  text.insert(0, 'x')
  expect(widgets.size).toBe(0)
})
