/** The parts of the comparison. Each takes one sample of one program; the programs take turns. */
import type { Browser, Page } from '@playwright/test'
import { runToPaint, typing } from '../page.ts'
import { actToPaint, noteFirst, openToPaint, scrollFrames, scrollToEnd } from './measures.ts'
import { type COPIES, LAST_PRINT, type Peer, RUN_KEYS } from './programs.ts'

const KEYS = 40
const RUNS = 6
/** Runs of a page that are not counted: the kernel starts, and code is compiled. */
const FIRST_RUNS = 2
/** The cell that is edited and run. */
const EDITED = 3

/** Times by row, in ms. */
export type Sample = Map<string, readonly number[]>

export interface Part {
  /** Percentiles that are printed of each row. */
  readonly percentiles: readonly number[]
  /** Whether typing into a bare text field is printed next to it. */
  readonly hasTextarea?: boolean
  sample(browser: Browser, peer: Peer, cells: number, round: number): Promise<Sample>
  /** What a program cannot do, by row. */
  lacks?(peer: Peer): ReadonlyMap<string, string>
}

/** Opens a copy in a new profile, does `work` in it, and closes the profile. */
async function inPage<T>(
  browser: Browser,
  peer: Peer,
  copy: (typeof COPIES)[number],
  round: number,
  work: (page: Page) => Promise<T>,
): Promise<T> {
  const context = await peer.context(browser)
  try {
    await noteFirst(context, peer.firstSource, 'value_0')
    const page = await context.newPage()
    await openToPaint(page, peer.urlOf(copy, round))
    await peer.ready(page)
    return await work(page)
  } finally {
    await context.close()
  }
}

/** Focuses the editor of the edited cell; returns the CSS of that cell. */
async function edit(page: Page, peer: Peer): Promise<string> {
  const cell = await peer.cellOf(page, EDITED)
  await page.locator(`${cell} ${peer.editor}`).first().click()
  return cell
}

const open: Part = {
  percentiles: [50],
  async sample(browser, peer, _cells, round) {
    const context = await peer.context(browser)
    try {
      await noteFirst(context, peer.firstSource, 'value_0')
      const sample: Sample = new Map()
      for (const row of ['open cold', 'open warm']) {
        const page = await context.newPage()
        sample.set(row, [await openToPaint(page, peer.urlOf('read', round))])
        await page.close()
      }
      return sample
    } finally {
      await context.close()
    }
  },
}

const type: Part = {
  percentiles: [50, 95],
  hasTextarea: true,
  sample: (browser, peer, _cells, round) =>
    inPage(browser, peer, 'edit', round, async (page) => {
      await edit(page, peer)
      // The first key may load what completes code.
      await page.keyboard.press('a')
      return new Map([['keydown to paint', await typing(page, KEYS)]])
    }),
}

const rowOf = (key: string): string => `${key.replace('+', '-')} to output`

const run: Part = {
  percentiles: [50],
  sample: (browser, peer, _cells, round) =>
    inPage(browser, peer, 'edit', round, async (page) => {
      const sample: Sample = new Map()
      for (const [index, key] of RUN_KEYS.entries()) {
        if (!peer.keys.includes(key)) continue
        const times: number[] = []
        for (let n = 1; n <= RUNS; n++) {
          const cell = await edit(page, peer)
          await page.keyboard.press('Control+a')
          const value = (round * RUN_KEYS.length + index) * RUNS + n
          await page.keyboard.type(`${value}*1000+${value}`)
          times.push(await runToPaint(page, cell, `${value * 1001}`, key))
        }
        sample.set(rowOf(key), times.slice(FIRST_RUNS))
      }
      return sample
    }),
  lacks: (peer) =>
    new Map(RUN_KEYS.filter((key) => !peer.keys.includes(key)).map((key) => [rowOf(key), 'has no such key'])),
}

const all: Part = {
  percentiles: [50],
  sample: (browser, peer, cells, round) =>
    inPage(browser, peer, 'all', round, async (page) => {
      // The kernel has started: not every program starts it when a notebook is opened.
      const edited = await edit(page, peer)
      await page.keyboard.press('Control+a')
      await page.keyboard.type('7*1001')
      await runToPaint(page, edited, '7007')
      const last = await scrollToEnd(page, peer.firstSource, () => peer.cellOf(page, cells))
      const time = await actToPaint(page, last, LAST_PRINT, () => peer.runAll(page))
      return new Map([['Run all to last output', [time]]])
    }),
}

const scroll: Part = {
  percentiles: [95],
  sample: (browser, peer, _cells, round) =>
    inPage(browser, peer, 'read', round, async (page) => {
      return new Map([['frame while scrolling', await scrollFrames(page, peer.firstSource)]])
    }),
}

/** By name, in the order in which they run. */
export const parts: ReadonlyMap<string, Part> = new Map(Object.entries({ open, type, run, all, scroll }))
