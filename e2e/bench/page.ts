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

/** Milliseconds from pressing Ctrl-Enter to the frame that shows `text` in the cell. */
export async function runToPaint(page: Page, selector: string, text: string): Promise<number> {
  await page.evaluate(
    ([where, wanted]) => {
      const found = new Promise<number>((resolve) => {
        let start = Number.NaN
        // Control goes down before Enter, so that the first key is not the one that counts.
        const onKey = (event: KeyboardEvent) => {
          if (event.key !== 'Enter') return
          start = performance.now()
          removeEventListener('keydown', onKey, { capture: true })
        }
        addEventListener('keydown', onKey, { capture: true })
        const observer = new MutationObserver(() => {
          if (!document.querySelector(where ?? '')?.textContent?.includes(wanted ?? '')) return
          observer.disconnect()
          requestAnimationFrame(() => {
            const channel = new MessageChannel()
            channel.port1.onmessage = () => resolve(performance.now() - start)
            channel.port2.postMessage(null)
          })
        })
        observer.observe(document.body, { subtree: true, childList: true, characterData: true })
      })
      Object.assign(window, { benchFound: found })
    },
    [selector, text],
  )
  await page.keyboard.press('Control+Enter')
  const late = new Promise<never>((_, reject) =>
    setTimeout(() => reject(new Error(`"${text}" was not painted within ${LATE_MS} ms`)), LATE_MS).unref(),
  )
  const painted = page.evaluate(() => Reflect.get(window, 'benchFound') as Promise<number>)
  return Promise.race([painted, late])
}
