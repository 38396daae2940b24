/**
 * Cells are dragged by their left edge, the selected ones together; keys move them as well. Invariant: the document
 * changes when they are dropped, and not before; Escape leaves all as it was.
 */

import { moveCells } from './acts.ts'
import type { Notebook } from './notebook.ts'

/** The edge of a cell that is grabbed: its border and padding. */
const GRIP_PX = 11
/** A press that moves less is a click. */
const CLICK_PX = 4
/** So near to the end of what is seen it scrolls, so much with each frame. */
const SCROLL_ZONE_PX = 56
const SCROLL_STEP_PX = 14

/** Where cells would go: before which one, and the line that shows it, in px of the window. */
interface Gap {
  readonly before: string | null
  readonly left: number
  readonly width: number
  readonly y: number
}

/** Lets the cells in `list` be dragged until the answer is called. */
export function dragCells(notebook: Notebook, list: HTMLElement): () => void {
  const over = new AbortController()
  list.addEventListener(
    'pointerdown',
    (event) => {
      const id = grabbed(event)
      if (id === null) return
      const selected = notebook.selected()
      const cells = notebook.withFolded(selected.includes(id) ? selected : [id])
      follow(notebook, list, event, cells, over.signal)
    },
    { signal: over.signal },
  )
  return () => over.abort()
}

/** The cell whose edge was pressed. A finger scrolls; it has the commands. */
function grabbed({ target, button, pointerType, clientX }: PointerEvent): string | null {
  if (button !== 0 || pointerType === 'touch' || !(target instanceof HTMLElement)) return null
  if (!target.matches('.cell') || clientX - target.getBoundingClientRect().left > GRIP_PX) return null
  return target.id.replace(/^cell-/, '')
}

function follow(
  notebook: Notebook,
  list: HTMLElement,
  { clientX, clientY, pointerId }: PointerEvent,
  cells: readonly string[],
  whole: AbortSignal,
): void {
  const end = new AbortController()
  const options = { signal: AbortSignal.any([end.signal, whole]), capture: true }
  const line = document.createElement('div')
  line.className = 'drop-line'
  const scroller = scrollerOf(list)
  let pointer = { x: clientX, y: clientY }
  let frame = 0
  let gap: Gap | null = null
  const stop = (): void => {
    end.abort()
    cancelAnimationFrame(frame)
    line.remove()
    mark(list, cells, false)
  }
  const draw = (): void => {
    scrollNear(scroller, pointer.y)
    gap = gapAt(notebook, list, pointer.y) ?? gap
    if (gap !== null) {
      Object.assign(line.style, { left: `${gap.left}px`, width: `${gap.width}px`, top: `${gap.y}px` })
    }
    frame = requestAnimationFrame(draw)
  }
  const move = ({ clientX: x, clientY: y }: PointerEvent): void => {
    const isBegun = line.isConnected
    if (!isBegun && Math.hypot(x - pointer.x, y - pointer.y) < CLICK_PX) return
    pointer = { x, y }
    if (isBegun) return
    mark(list, cells, true)
    // Also over an output that is a page of its own.
    list.setPointerCapture(pointerId)
    document.body.append(line)
    draw()
  }
  const drop = (): void => {
    const isBegun = line.isConnected
    stop()
    if (!isBegun || gap === null) return
    const [anchor = null, active = null] = [cells[0], cells.at(-1)]
    notebook.selection.set({ anchor, active, mode: 'command' })
    moveCells(notebook, cells, gap.before)
  }
  const cancel = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return
    event.preventDefault()
    event.stopPropagation()
    stop()
  }
  window.addEventListener('pointermove', move, options)
  window.addEventListener('pointerup', drop, options)
  window.addEventListener('pointercancel', stop, options)
  // Of the window: cells that lose the focus emit this event as well.
  window.addEventListener('blur', ({ target }) => target === window && stop(), options)
  window.addEventListener('keydown', cancel, options)
  window.addEventListener('selectstart', (event) => event.preventDefault(), options)
  whole.addEventListener('abort', stop, { signal: end.signal })
}

function mark(list: HTMLElement, cells: readonly string[], dragged: boolean): void {
  list.toggleAttribute('data-dragging', dragged)
  for (const id of cells) document.getElementById(`cell-${id}`)?.toggleAttribute('data-dragged', dragged)
}

/** The gap between cells that is nearest to a height of the window. */
function gapAt(notebook: Notebook, list: HTMLElement, y: number): Gap | null {
  const { left, right, top, bottom } = list.getBoundingClientRect()
  const last = notebook.visible().at(-1)
  const within = Math.max(top + 1, Math.min(bottom - 1, y))
  const here = [within, within - 12, within + 12]
    .flatMap((height) => document.elementsFromPoint((left + right) / 2, height))
    .map((element) => element.closest('.cell'))
    .find((cell) => cell !== null)
  const cell = here ?? document.getElementById(`cell-${last}`)
  if (cell === null) return null
  const rect = cell.getBoundingClientRect()
  const id = cell.id.replace(/^cell-/, '')
  const isAbove = y < rect.top + rect.height / 2
  return {
    before: isAbove ? id : notebook.behind(id),
    y: isAbove ? rect.top - 4 : rect.bottom + 4,
    left: rect.left,
    width: rect.width,
  }
}

function scrollNear(scroller: Element, y: number): void {
  const { top, bottom } = scroller.getBoundingClientRect()
  const [start, end] = [Math.max(0, top), Math.min(innerHeight, bottom)]
  if (y < start + SCROLL_ZONE_PX) scroller.scrollBy(0, -SCROLL_STEP_PX)
  else if (y > end - SCROLL_ZONE_PX) scroller.scrollBy(0, SCROLL_STEP_PX)
}

function scrollerOf(element: HTMLElement): Element {
  for (let at = element.parentElement; at !== null; at = at.parentElement)
    if (/auto|scroll/.test(getComputedStyle(at).overflowY)) return at
  return document.documentElement
}
