/**
 * Reports the height of an element's content whenever it changes: late images, fonts and scripts included. Invariant:
 * content that is as high as its frame (`100vh`) gets a fixed height; it would otherwise grow, or shrink, for ever.
 */

/** The height of content that has none of its own, CSS pixels. */
const OWN_HEIGHT = 400
const UNSEEN_MS = 100
/** So many changes that only our own resizing explains are content that follows the frame. */
const FOLLOWS = 3

/** Watches from now on; the answer measures at once. */
export function watchHeight(element: HTMLElement, report: (height: number) => void): () => void {
  const track = heightTracker()
  let frame = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  const measure = (): void => {
    cancelAnimationFrame(frame)
    clearTimeout(timer)
    frame = 0
    const height = track.height({ content: contentHeight(element), width: innerWidth, frame: innerHeight })
    if (height !== null) report(height)
  }
  const soon = (): void => {
    if (frame !== 0) return
    frame = requestAnimationFrame(measure)
    // A frame out of view gets no animation frames, and must be measured all the same.
    timer = setTimeout(measure, UNSEEN_MS)
  }
  const changed = (): void => {
    track.changed()
    soon()
  }
  new ResizeObserver(soon).observe(element)
  new MutationObserver(changed).observe(element, { subtree: true, childList: true, attributes: true })
  element.addEventListener('load', changed, { capture: true })
  element.addEventListener('toggle', changed, { capture: true })
  document.fonts.addEventListener('loadingdone', changed)
  addEventListener('resize', soon)
  return measure
}

/** What is drawn inside the element, also where it is positioned out of the flow; with the bar that scrolls sideways. */
function contentHeight(element: HTMLElement): number {
  const { documentElement: page } = document
  const scrollbar = page.scrollWidth > page.clientWidth ? Math.max(0, innerHeight - page.clientHeight) : 0
  return Math.max(element.getBoundingClientRect().height, element.scrollHeight) + scrollbar
}

/** One look: the content's height, and the frame's width and height. */
export interface Look {
  readonly content: number
  readonly width: number
  readonly frame: number
}

/** pure. Returns the height to report at each look; null if it has not changed. */
export function heightTracker() {
  let last: Look | null = null
  let reported = Number.NaN
  let follows = 0
  let isHeld = false
  return {
    /** Something in the content changed by itself. */
    changed: (): void => {
      follows = 0
      isHeld = false
    },
    height: (look: Look): number | null => {
      const isOurs = last !== null && last.width === look.width && last.frame !== look.frame
      const isOther = last !== null && last.content !== look.content
      if (last !== null && last.width !== look.width) {
        follows = 0
        isHeld = false
      } else if (isOther) follows = isOurs ? follows + 1 : 0
      last = look
      if (isHeld) return null
      isHeld = follows >= FOLLOWS
      const height = isHeld ? OWN_HEIGHT : look.content
      if (height === reported) return null
      reported = height
      return height
    },
  }
}
