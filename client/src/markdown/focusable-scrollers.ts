/** Parts of a text that are wider than their place can be scrolled by keys: Tab stops at them, and only at them. */

/** What may be wider than the text (markdown.css). */
const WIDE = 'pre, table, .math-block'

/** Looks again whenever the place gets another width; returns the way to stop. */
export function makeScrollersFocusable(root: HTMLElement): () => void {
  if (root.querySelector(WIDE) === null) return () => undefined
  const observer = new ResizeObserver(() => {
    for (const part of root.querySelectorAll<HTMLElement>(WIDE)) {
      if (part.scrollWidth > part.clientWidth) part.tabIndex = 0
      else part.removeAttribute('tabindex')
    }
  })
  observer.observe(root)
  return () => observer.disconnect()
}
