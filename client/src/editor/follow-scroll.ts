/**
 * Keeps the caret in view, and an editor's popups (completion, signature, hover) at the caret. Editors are as high as
 * their text, so that the page scrolls and not the editor: Monaco places popups in the window when they open and reveals
 * the caret in its own scroll box only. Popups close when the person scrolls the caret out of view.
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
  let reveal = 0
  const revealSoon = (): void => {
    if (reveal !== 0 || !instance.hasTextFocus()) return
    // The editor has its new height in the next frame.
    reveal = requestAnimationFrame(() => {
      reveal = 0
      revealCaret(instance)
    })
  }
  const typing = instance.onDidChangeCursorPosition(({ source }) => {
    if (source === 'keyboard') revealSoon()
  })
  const onScroll = (event: Event): void => {
    const isAround = event.target instanceof Node && event.target.contains(instance.getDomNode())
    if (isAround && frame === 0) frame = requestAnimationFrame(follow)
  }
  addEventListener('scroll', onScroll, { capture: true, passive: true })
  // A phone that is turned, and its keyboard that opens.
  addEventListener('resize', revealSoon)
  visualViewport?.addEventListener('resize', revealSoon)
  return () => {
    cancelAnimationFrame(frame)
    cancelAnimationFrame(reveal)
    typing.dispose()
    removeEventListener('resize', revealSoon)
    visualViewport?.removeEventListener('resize', revealSoon)
    removeEventListener('scroll', onScroll, { capture: true })
  }
}

function closePopups(instance: editor.IStandaloneCodeEditor): void {
  for (const command of ['hideSuggestWidget', 'closeParameterHints', 'editor.action.hideHover'])
    instance.trigger('scroll', command, {})
}

interface CaretPlace {
  readonly node: HTMLElement
  /** Edges of the caret's line, px of the window. */
  readonly top: number
  readonly bottom: number
}

function caretPlace(instance: editor.IStandaloneCodeEditor): CaretPlace | null {
  const [node, position] = [instance.getDomNode(), instance.getPosition()]
  const place = position === null ? null : instance.getScrolledVisiblePosition(position)
  if (node === null || place === null) return null
  const top = node.getBoundingClientRect().top + place.top
  return { node, top, bottom: top + place.height }
}

/** The boxes around an element that scroll up and down, the nearest first. */
function* scrollBoxes(node: HTMLElement): Generator<HTMLElement> {
  for (let box = node.parentElement; box !== null; box = box.parentElement)
    if (box.scrollHeight > box.clientHeight && getComputedStyle(box).overflowY !== 'visible') yield box
}

/** Whether the caret's line lies in what is shown of each box that scrolls around the editor. */
function isCaretInView(instance: editor.IStandaloneCodeEditor): boolean {
  const caret = caretPlace(instance)
  if (caret === null) return false
  const middle = (caret.top + caret.bottom) / 2
  for (const box of scrollBoxes(caret.node)) {
    const { top, bottom } = box.getBoundingClientRect()
    if (middle < top || middle > bottom) return false
  }
  return true
}

/** Scrolls the boxes around the editor as little as shows the caret's whole line. */
function revealCaret(instance: editor.IStandaloneCodeEditor): void {
  const node = instance.getDomNode()
  if (node === null) return
  for (const box of scrollBoxes(node)) {
    const caret = caretPlace(instance)
    if (caret === null) return
    const { top, bottom } = box.getBoundingClientRect()
    const seen = Math.min(bottom, visualViewport?.height ?? bottom)
    if (caret.bottom > seen) box.scrollTop += caret.bottom - seen
    else if (caret.top < top) box.scrollTop -= top - caret.top
  }
}
