/** What a person waits for at the page, measured inside it: until the frame after the change was painted. */
import type { Page } from '@playwright/test'

/** Milliseconds from navigation to the first painted cell. */
export async function coldOpen(page: Page, url: string): Promise<number> {
  await page.goto(url)
  await page.waitForFunction(() => performance.getEntriesByName('yesterday:first-cell').length > 0)
  return page.evaluate(() => performance.getEntriesByName('yesterday:first-cell')[0]?.startTime ?? Number.NaN)
}

/** Milliseconds from each keydown to the frame after it, for `count` keys typed into what has the focus. */
export async function typing(page: Page, count: number): Promise<number[]> {
  await page.evaluate(() => {
    const times: number[] = []
    Object.assign(window, { benchTimes: times })
    addEventListener(
      'keydown',
      () => {
        const start = performance.now()
        requestAnimationFrame(() => {
          const channel = new MessageChannel()
          channel.port1.onmessage = () => times.push(performance.now() - start)
          channel.port2.postMessage(null)
        })
      },
      { capture: true },
    )
  })
  for (let n = 0; n < count; n++) await page.keyboard.press('abcdefgh'.charAt(n % 8), { delay: 30 })
  await page.waitForFunction((wanted) => Reflect.get(window, 'benchTimes').length >= wanted, count)
  return page.evaluate(() => Reflect.get(window, 'benchTimes') as number[])
}

/** A run that paints nothing for so long ends its part of the bench. */
const LATE_MS = 30_000

/** Lets a script of the page know whether it runs inside a frame, whose painting then follows at once. */
async function watchFrames(page: Page): Promise<void> {
  await page.evaluate(() => {
    if (Reflect.has(window, 'benchFrame')) return
    const frame = { isOn: false }
    Object.assign(window, { benchFrame: frame })
    const request = window.requestAnimationFrame.bind(window)
    window.requestAnimationFrame = (callback) =>
      request((time) => {
        frame.isOn = true
        try {
          callback(time)
        } finally {
          // After the microtasks of this callback.
          queueMicrotask(() => queueMicrotask(() => queueMicrotask(() => (frame.isOn = false))))
        }
      })
  })
}

/** Milliseconds from pressing `key`, which ends in Enter, to the end of the frame that shows `text` in the cell. */
export async function runToPaint(
  page: Page,
  selector: string,
  text: string,
  key = 'Control+Enter',
): Promise<number> {
  await watchFrames(page)
  await page.evaluate(
    ([where, wanted]) => {
      const frame: { readonly isOn: boolean } = Reflect.get(window, 'benchFrame')
      const found = new Promise<number>((resolve) => {
        let start = Number.NaN
        // The modifier goes down before Enter, so that the first key is not the one that counts.
        const onKey = (event: KeyboardEvent) => {
          if (event.key !== 'Enter') return
          start = performance.now()
          removeEventListener('keydown', onKey, { capture: true })
        }
        addEventListener('keydown', onKey, { capture: true })
        const observer = new MutationObserver(() => {
          if (!document.querySelector(where ?? '')?.textContent?.includes(wanted ?? '')) return
          observer.disconnect()
          const painted = () => {
            const channel = new MessageChannel()
            channel.port1.onmessage = () => resolve(performance.now() - start)
            channel.port2.postMessage(null)
          }
          if (frame.isOn) painted()
          else requestAnimationFrame(painted)
        })
        observer.observe(document.body, { subtree: true, childList: true, characterData: true })
      })
      Object.assign(window, { benchFound: found })
    },
    [selector, text],
  )
  await page.keyboard.press(key)
  const late = new Promise<never>((_, reject) =>
    setTimeout(() => reject(new Error(`"${text}" was not painted within ${LATE_MS} ms`)), LATE_MS).unref(),
  )
  const painted = page.evaluate(() => Reflect.get(window, 'benchFound') as Promise<number>)
  return Promise.race([painted, late])
}
