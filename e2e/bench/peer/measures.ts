/** Measures that are the same in every program: they look at what the page shows, and at no mark of its own. */
import type { BrowserContext, Page } from '@playwright/test'

/** What does not happen within so long ends the measure. */
const LATE_MS = 60_000
const FRAMES = 120
const STEP_PX = 160

/** Rejects if `work` takes too long. */
export async function soon<T>(work: Promise<T>, what: string): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`${what} took more than ${LATE_MS / 1000} s`)), LATE_MS)
  return Promise.race([work, promise]).finally(() => clearTimeout(timer))
}

/** Makes pages of this profile note when an element of `selector` that contains `text` was painted. */
export async function noteFirst(context: BrowserContext, selector: string, text: string): Promise<void> {
  await context.addInitScript(
    ([where, wanted]) => {
      if (window !== window.top) return
      const found = new Promise<number>((resolve) => {
        const observer = new MutationObserver(() => {
          const element = document.querySelector(where ?? '')
          if (!element?.textContent?.includes(wanted ?? '') || element.getClientRects().length === 0) return
          observer.disconnect()
          requestAnimationFrame(() => {
            const channel = new MessageChannel()
            channel.port1.onmessage = () => resolve(performance.now())
            channel.port2.postMessage(null)
          })
        })
        observer.observe(document, { subtree: true, childList: true, characterData: true })
      })
      Object.assign(window, { benchFirst: found })
    },
    [selector, text],
  )
}

/** Opens `url` in a profile of `noteFirst`; milliseconds from navigation to the painted element. */
export async function openToPaint(page: Page, url: string): Promise<number> {
  await page.goto(url, { waitUntil: 'commit' })
  const painted = page.evaluate(() => Reflect.get(window, 'benchFirst') as Promise<number>)
  return soon(painted, 'the first cell')
}

/** Milliseconds from the last key or pointer press of `act` to the frame that shows `text` in `selector`. */
export async function actToPaint(
  page: Page,
  selector: string,
  text: string,
  act: () => Promise<void>,
): Promise<number> {
  await page.evaluate(
    ([where, wanted]) => {
      const found = new Promise<number>((resolve) => {
        let start = Number.NaN
        const note = () => {
          start = performance.now()
        }
        for (const type of ['keydown', 'pointerdown']) addEventListener(type, note, { capture: true })
        const observer = new MutationObserver(() => {
          if (!document.querySelector(where ?? '')?.textContent?.includes(wanted ?? '')) return
          observer.disconnect()
          requestAnimationFrame(() => {
            const channel = new MessageChannel()
            channel.port1.onmessage = () => resolve(performance.now() - start)
            channel.port2.postMessage(null)
          })
        })
        observer.observe(document, { subtree: true, childList: true, characterData: true })
      })
      Object.assign(window, { benchAct: found })
    },
    [selector, text],
  )
  await act()
  return soon(
    page.evaluate(() => Reflect.get(window, 'benchAct') as Promise<number>),
    `"${text}"`,
  )
}

/** Milliseconds between frames while what contains `selector` is scrolled in each frame, to and fro. */
export async function scrollFrames(page: Page, selector: string): Promise<number[]> {
  const frames = page.evaluate(
    async ([where, count, step]) => {
      let box: Element | null = document.querySelector(String(where))
      const scrolls = (element: Element) =>
        element.scrollHeight > element.clientHeight + 1 &&
        /auto|scroll/.test(getComputedStyle(element).overflowY)
      while (box !== null && !scrolls(box)) box = box.parentElement
      box ??= document.scrollingElement
      if (box === null) return []
      const frame = () => new Promise<number>((resolve) => requestAnimationFrame(resolve))
      const times: number[] = []
      let by = Number(step)
      let last = await frame()
      for (let n = 0; n < Number(count); n++) {
        const before = box.scrollTop
        box.scrollTop += by
        if (box.scrollTop === before) by = -by
        const now = await frame()
        times.push(now - last)
        last = now
      }
      return times
    },
    [selector, FRAMES, STEP_PX] as const,
  )
  return soon(frames, 'scrolling')
}

/** Scrolls to the end of what contains `selector`, until `last` is there. */
export async function scrollToEnd(
  page: Page,
  selector: string,
  last: () => Promise<string>,
): Promise<string> {
  const end = async (): Promise<string> => {
    for (;;) {
      await page.locator(selector).first().hover()
      await page.mouse.wheel(0, 1_000_000)
      await page.evaluate(() => new Promise(requestAnimationFrame))
      const found = await last()
      if ((await page.locator(found).count()) > 0 && (await page.locator(found).first().isVisible()))
        return found
    }
  }
  return soon(end(), 'the last cell')
}
