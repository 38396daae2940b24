/**
 * Which buttons of the toolbar give way to the menu "More". Invariant: the toolbar has one line; a button that does not fit is in
 * the menu, and in no other place of the order of Tab.
 */
import { type RefObject, useLayoutEffect, useState } from 'react'
import type { CommandName } from './commands.ts'

/** In the order in which they give way. Others always stay. */
const GIVE_WAY = [
  'restartRunAll',
  'addSql',
  'addText',
  'restart',
  'addCode',
  'interrupt',
  'runAll',
] as const satisfies readonly CommandName[]

/** Here the toolbar scrolls, as on a phone (layout.css). */
const SCROLLS = '(max-width: 900px)'

/** The commands in the menu, which has `data-more`. They are chosen again whenever something in the toolbar changes its width. */
export function useCollapsed(toolbar: RefObject<HTMLElement | null>): readonly CommandName[] {
  const [collapsed, setCollapsed] = useState<readonly CommandName[]>([])
  // After each rendering, as other children may be there.
  useLayoutEffect(() => {
    const bar = toolbar.current
    if (bar === null) return
    const fit = (): void => {
      const now = collapse(bar)
      setCollapsed((before) => (before.join() === now.join() ? before : now))
    }
    fit()
    const watcher = new ResizeObserver(fit)
    for (const element of [bar, ...bar.children]) watcher.observe(element)
    return () => watcher.disconnect()
  })
  return collapsed
}

/** Hides buttons until the others fit; returns the hidden ones. */
export function collapse(bar: HTMLElement): readonly CommandName[] {
  const more = bar.querySelector<HTMLElement>('[data-more]')
  const buttons = GIVE_WAY.flatMap((command) => {
    const button = bar.querySelector<HTMLElement>(`[data-command="${command}"]`)
    return button === null ? [] : [{ command, button }]
  })
  const hidden: CommandName[] = []
  for (const { button } of buttons) button.hidden = false
  if (more !== null) more.hidden = true
  if (matchMedia(SCROLLS).matches) return []
  for (const { command, button } of buttons) {
    if (bar.scrollWidth <= bar.clientWidth) break
    if (more !== null) more.hidden = false
    button.hidden = true
    hidden.push(command)
  }
  return hidden
}
