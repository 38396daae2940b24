/** Where in an element's text a point of the page lies. */

/** Characters before the caret that a click at this point would set; undefined if the browser does not support it. */
export function offsetAt(element: Element, x: number, y: number): number | undefined {
  // Safari before 26 and older browsers have no `caretPositionFromPoint`.
  const place = document.caretPositionFromPoint?.(x, y)
  if (place === undefined || place === null || !element.contains(place.offsetNode)) return undefined
  const before = document.createRange()
  before.setStart(element, 0)
  before.setEnd(place.offsetNode, place.offset)
  return before.toString().length
}
