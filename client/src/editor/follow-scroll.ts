/**
 * Keeps an editor's popups (completion, signature, hover) at the caret while the page scrolls under them. Monaco places
 * them in the window when they open and hears of its own scrolling only. They close when the caret leaves the view.
 */
import type { editor } from 'monaco-editor/editor'

/** Follows from now on; returns the way to stop. */
export function followScroll(instance: editor.IStandaloneCodeEditor): () => void {
  let frame = 0
  const follow = (): void => {
    frame = 0
    if (!instance.hasWidgetFocus()) return
    if (isCaretInView(instance)) instance.render(true)
    else closePopups(instance)
  }
  const onScroll = (event: Event): void => {
    const isAround = event.target instanceof Node && event.target.contains(instance.getDomNode())
    if (isAround && frame === 0) frame = requestAnimationFrame(follow)
  }
  addEventListener('scroll', onScroll, { capture: true, passive: true })
  return () => {
    cancelAnimationFrame(frame)
    removeEventListener('scroll', onScroll, { capture: true })
  }
}

function closePopups(instance: editor.IStandaloneCodeEditor): void {
  for (const command of ['hideSuggestWidget', 'closeParameterHints', 'editor.action.hideHover'])
    instance.trigger('scroll', command, {})
}

/** Whether the caret's line lies in what is shown of each box that scrolls around the editor. */
function isCaretInView(instance: editor.IStandaloneCodeEditor): boolean {
  const [node, position] = [instance.getDomNode(), instance.getPosition()]
  const place = position === null ? null : instance.getScrolledVisiblePosition(position)
  if (node === null || place === null) return false
  const top = node.getBoundingClientRect().top + place.top
  for (let box = node.parentElement; box !== null; box = box.parentElement) {
    if (box.scrollHeight <= box.clientHeight || getComputedStyle(box).overflowY === 'visible') continue
    const { top: from, bottom: to } = box.getBoundingClientRect()
    if (top + place.height / 2 < from || top + place.height / 2 > to) return false
  }
  return true
}
