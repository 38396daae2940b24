// @vitest-environment happy-dom
/** Cells dragged by their edge: what begins a drag, where they go, and all the ways in which it ends without a change. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { dragCells } from '../src/notebook/drag-cells.ts'
import { fold, openWords } from './opened-words.ts'
import { staged } from './staged.tsx'

const stages = staged()
let list: HTMLElement
let stop: () => void
let frames: FrameRequestCallback[] = []
const HEIGHT = 100

beforeEach(() => {
  frames = []
  vi.stubGlobal('requestAnimationFrame', (draw: FrameRequestCallback) => frames.push(draw))
  vi.stubGlobal('cancelAnimationFrame', () => void frames.splice(0))
})
afterEach(() => {
  stop()
  list.remove()
  vi.unstubAllGlobals()
})
const frame = (): void => {
  for (const draw of frames.splice(0)) draw(0)
}

/** Cells of 100 px, one below the other, each 200 px wide. */
async function listed(words: string, hidden: readonly string[] = []) {
  const opened = await openWords(stages, words)
  const { notebook } = opened
  list = document.body.appendChild(document.createElement('section'))
  const shown = notebook.order.get().filter((id) => !hidden.includes(id))
  for (const [at, id] of shown.entries()) {
    const cell = list.appendChild(document.createElement('article'))
    Object.assign(cell, { id: `cell-${id}`, className: 'cell', innerHTML: '<p>code</p>' })
    cell.getBoundingClientRect = () => new DOMRect(0, at * HEIGHT, 200, HEIGHT)
  }
  list.getBoundingClientRect = () => new DOMRect(0, 0, 200, shown.length * HEIGHT)
  list.setPointerCapture = () => undefined
  document.documentElement.scrollBy = () => undefined
  document.elementsFromPoint = (_, y) =>
    [...list.children].slice(Math.floor(y / HEIGHT), Math.floor(y / HEIGHT) + 1)
  stop = dragCells(notebook, list)
  return opened
}

const cell = (id: string): HTMLElement =>
  document.getElementById(`cell-${id}`) ?? expect.fail(`no cell ${id}`)
const pointer = (target: EventTarget, type: string, more: PointerEventInit): void =>
  void target.dispatchEvent(new PointerEvent(type, { bubbles: true, cancelable: true, button: 0, ...more }))
const press = (target: EventTarget, y: number, more: PointerEventInit = {}): void =>
  pointer(target, 'pointerdown', { clientX: 3, clientY: y, pointerId: 1, pointerType: 'mouse', ...more })
/** Begins with a small step, as a hand does. */
function moveTo(y: number): void {
  pointer(window, 'pointermove', { clientX: 30, clientY: y })
  pointer(window, 'pointermove', { clientX: 30, clientY: y })
  frame()
}
const drop = (): void => pointer(window, 'pointerup', {})
/** happy-dom has another object as the target of the window's events. */
const blurred = (): Event => Object.defineProperty(new Event('blur'), 'target', { value: window })
const line = () => document.querySelector<HTMLElement>('.drop-line')

describe('a drop', () => {
  test.each([
    [10, 'c a b d'],
    [90, 'a c b d'],
    [110, 'a c b d'],
    [190, 'a b c d'],
    [390, 'a b d c'],
    [5000, 'a b d c'],
    [-5000, 'c a b d'],
  ])('at %d px leads to %s', async (y, order) => {
    const { ids, active } = await listed('a b c d')
    press(cell('c'), 250)
    moveTo(y)
    drop()
    expect([ids(), active()]).toEqual([order, 'c'])
    expect(line()).toBeNull()
  })

  test('of a selected cell takes all that are selected', async () => {
    const { ids, select, notebook } = await listed('a b c d')
    select('b', 'c')
    press(cell('b'), 150)
    moveTo(390)
    expect(cell('c').hasAttribute('data-dragged')).toBe(true)
    drop()
    expect(ids()).toBe('a d b c')
    expect(notebook.selected()).toEqual(['b', 'c'])
    expect(cell('c').hasAttribute('data-dragged')).toBe(false)
  })

  test('of another than the selected ones takes that one alone', async () => {
    const { ids, select } = await listed('a b c d')
    select('b', 'c')
    press(cell('a'), 50)
    moveTo(390)
    drop()
    expect(ids()).toBe('b c d a')
  })

  test('of a folded heading takes its section, and over one leads behind it', async () => {
    const { ids, notebook } = await listed('#h a b #i c', ['a', 'b'])
    fold(notebook, 'h')
    press(cell('h'), 50)
    moveTo(290)
    drop()
    expect(ids()).toBe('i c h a b')
  })

  test('is one step of undo', async () => {
    const { ids, notebook } = await listed('a b c')
    press(cell('a'), 50)
    moveTo(290)
    drop()
    notebook.undo.undo()
    expect(ids()).toBe('a b c')
  })
})

describe('no drag begins', () => {
  test.each([
    ['by another button', () => press(cell('a'), 50, { button: 2 })],
    ['by a finger', () => press(cell('a'), 50, { pointerType: 'touch' })],
    ['inside of the cell', () => press(cell('a'), 50, { clientX: 60 })],
    ['on what is in the cell', () => press(cell('a').firstElementChild ?? document, 50)],
  ])('%s', async (_, begin) => {
    const { ids } = await listed('a b c')
    begin()
    moveTo(290)
    expect(line()).toBeNull()
    drop()
    expect(ids()).toBe('a b c')
  })

  test('where the pointer hardly moves: a click', async () => {
    const { ids } = await listed('a b c')
    press(cell('a'), 50)
    pointer(window, 'pointermove', { clientX: 4, clientY: 52 })
    expect(line()).toBeNull()
    drop()
    expect(ids()).toBe('a b c')
  })
})

describe('it ends without a change', () => {
  test.each([
    ['Escape', () => window.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', cancelable: true }))],
    ['another window', () => window.dispatchEvent(blurred())],
    ['the browser', () => pointer(window, 'pointercancel', {})],
    ['leaving the notebook', () => stop()],
  ])('by %s', async (_, end) => {
    const { ids } = await listed('a b c')
    press(cell('a'), 50)
    moveTo(290)
    expect(line()?.style.top).toBe('304px')
    expect(list.hasAttribute('data-dragging')).toBe(true)
    end()
    expect([line(), list.hasAttribute('data-dragging')]).toEqual([null, false])
    drop()
    frame()
    expect(ids()).toBe('a b c')
  })

  test('other keys go on with it, and text is not selected meanwhile', async () => {
    const { ids } = await listed('a b c')
    press(cell('a'), 50)
    moveTo(290)
    window.dispatchEvent(new KeyboardEvent('keydown', { key: 'Shift' }))
    const selecting = new Event('selectstart', { cancelable: true })
    window.dispatchEvent(selecting)
    expect(selecting.defaultPrevented).toBe(true)
    drop()
    expect(ids()).toBe('b c a')
  })

  test('cells that another person deletes meanwhile are not missed', async () => {
    const { ids, notebook } = await listed('a b c')
    press(cell('a'), 50)
    moveTo(290)
    notebook.doc.transact(() => notebook.edits.remove(['a']), 'another person')
    drop()
    expect(ids()).toBe('b c')
  })
})
