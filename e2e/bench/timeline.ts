/**
 * The timeline of a long session in the page: until it is painted, and a frame of scrubbing. The session is made up
 * (its log is answered here, not by a server), so that it is the page that is measured.
 */
import type { Page } from '@playwright/test'

const PAGE = 500

function summary(order: number): Record<string, unknown> {
  const cell = (order % 40) + 1
  const at = new Date(1.7e12 + order * 1000).toISOString()
  return {
    run: order.toString(16).padStart(20, '0'),
    session: 'bench',
    notebook: '20.ipynb',
    cell,
    cellId: `c${cell}`,
    outcome: order % 17 === 0 ? 'error' : 'ok',
    actor: { id: 'ada', name: 'Ada' },
    queued: at,
    started: at,
    ended: at,
    durationMs: 10,
    executionCount: order,
    title: `value_${order} = ${order}`,
    usedNames: [`value_${order - 1}`],
    generatedNames: [`value_${order % 300}`],
  }
}

/** Answers the log of a session of `count` runs as a server would, page by page. */
async function answerLog(page: Page, count: number): Promise<void> {
  const pageOf = (url: string) => {
    const before = Number(new URL(url).searchParams.get('before') ?? count + 1)
    const first = Math.max(1, before - PAGE)
    const runs = Array.from({ length: before - first }, (_, back) => summary(before - 1 - back))
    return { runs, next: first > 1 ? String(first) : null }
  }
  await page.route('**/api/log?*', (route) => route.fulfill({ json: pageOf(route.request().url()) }))
  await page.route('**/api/past/table?*', (route) => {
    const { runs, next } = pageOf(route.request().url())
    const rows = runs.map((run) => ({ ...run, parameters: {}, metrics: {} }))
    return route.fulfill({ json: { rows, parameters: [], metrics: [], next } })
  })
  await page.route('**/api/runs/**', (route) => route.fulfill({ status: 404, json: {} }))
}

/** Milliseconds from the runs being there to their first picture, of a drawing, and of each frame of scrubbing. */
export async function timelineTimes(
  page: Page,
  count: number,
): Promise<{ readonly shown: number; readonly draw: number; readonly frames: readonly number[] }> {
  await answerLog(page, count)
  await page.getByRole('button', { name: 'History' }).click()
  const panel = page.getByRole('region', { name: 'History' })
  await panel.getByRole('button', { name: 'Timeline' }).click()
  const slider = panel.getByRole('slider')
  await slider.focus()
  await page.waitForFunction(() => performance.getEntriesByName('yesterday:timeline').length > 0)
  const shown = await page.evaluate(
    () => performance.getEntriesByName('yesterday:timeline')[0]?.duration ?? Number.NaN,
  )
  const frames = await scrub(page)
  const draw = await page.evaluate(() => {
    const all = performance.getEntriesByName('yesterday:timeline-draw').map(({ duration }) => duration)
    return all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)] ?? Number.NaN
  })
  return { shown, draw, frames }
}

const STEPS = 60

/** Moves the scrubber through the session; milliseconds of work that each move asks of its frame. */
async function scrub(page: Page): Promise<number[]> {
  return page.evaluate(async (steps) => {
    const slider = document.querySelector<HTMLInputElement>('.timeline-scrub input')
    if (slider === null) return []
    const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set
    const last = Number(slider.max)
    const times: number[] = []
    for (let step = 0; step < steps; step++) {
      await new Promise((resolve) => requestAnimationFrame(resolve))
      const start = performance.now()
      set?.call(slider, String(Math.round((last * step) / steps)))
      slider.dispatchEvent(new Event('input', { bubbles: true }))
      // React works when the event is over; then the layout is asked for, as the frame will.
      await null
      document.body.getBoundingClientRect()
      times.push(performance.now() - start)
    }
    return times
  }, STEPS)
}
