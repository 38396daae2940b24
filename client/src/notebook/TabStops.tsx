/**
 * How Tab walks past the cells. The cells are one stop of the page: Tab leads to the active cell, through the controls
 * of that cell, and on to what follows the notebook. Editors are no stop: Enter leads into one, Escape out of it.
 */
import { type KeyboardEvent, type ReactNode, useRef } from 'react'
import { focusCell } from './focus.ts'

interface Props {
  /** The active cell; null while there is none. */
  readonly active: () => string | null
  /** The list of cells; it gets the handler of its keys. */
  readonly children: (onTab: (event: KeyboardEvent) => void) => ReactNode
}

/** Draws the list between two guards, which lead the focus into the active cell, or out of the list. */
export function TabStops({ active, children }: Props) {
  const [before, after] = [useRef<HTMLSpanElement>(null), useRef<HTMLSpanElement>(null)]
  const isLeaving = useRef(false)
  const enter = (): void => {
    const cell = active()
    if (!isLeaving.current && cell !== null) focusCell(cell)
    isLeaving.current = false
  }
  // The browser goes on from the guard, as it does from any element that has the focus.
  const onTab = (event: KeyboardEvent): void => {
    if (event.key !== 'Tab' || event.defaultPrevented || !isAtEdge(event)) return
    isLeaving.current = true
    const guard = event.shiftKey ? before : after
    guard.current?.focus({ preventScroll: true })
  }
  return (
    <>
      <TabGuard place={before} onFocus={enter} />
      {children(onTab)}
      <TabGuard place={after} onFocus={enter} />
    </>
  )
}

function TabGuard(props: {
  readonly place: React.RefObject<HTMLSpanElement | null>
  readonly onFocus: () => void
}) {
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions lint/a11y/noNoninteractiveTabindex: it hands the focus on as soon as it has it
    <span ref={props.place} className="tab-guard" tabIndex={0} onFocus={props.onFocus} />
  )
}

/** Whether no further stop of the cell lies in the direction of the key. */
function isAtEdge({ target, shiftKey }: KeyboardEvent): boolean {
  const cell = target instanceof HTMLElement ? target.closest<HTMLElement>('article.cell') : null
  if (cell === null || !(target instanceof HTMLElement)) return false
  return shiftKey ? target === cell : (stopsIn(cell).at(-1) ?? cell) === target
}

const STOPS = 'a[href], button, input, select, textarea, summary, iframe, [tabindex]'

/** What Tab stops at inside a cell, in order. */
function stopsIn(cell: HTMLElement): readonly HTMLElement[] {
  return [...cell.querySelectorAll<HTMLElement>(STOPS)].filter(
    (element) => element.tabIndex >= 0 && !element.matches(':disabled') && element.checkVisibility(),
  )
}
