/**
 * `npm run bench`: what people wait for, each beside a baseline taken in the same run. It prints and never fails: a
 * machine's mood is no reason to refuse a change.
 */
import { type Browser, chromium, type Page } from '@playwright/test'
import { chromiumOptions } from '../support/chromium.ts'
import { writeNotebook } from '../support/notebook-file.ts'
import { cell, open, signedIn } from '../support/person.ts'
import { newFolder, type Program, removeFolder, startProgram } from '../support/program.ts'
import { crowdFigures } from './crowd.ts'
import { type Figure, line, percentile } from './figures.ts'
import { coldOpen, runToPaint, typing } from './page.ts'
import { roomFigures } from './rooms.ts'
import { roundTrip } from './round-trip.ts'
import { timelineTimes } from './timeline.ts'

const OPENS = 5
const KEYS = 100
const RUNS = 30
const print = (text: string) => process.stdout.write(`${text}\n`)

const median = (values: readonly number[]): number => percentile(values, 50)

/** Opens of an empty page of the same server: what the browser itself takes. */
async function emptyOpen(page: Page, origin: string): Promise<number> {
  await page.goto(`${origin}/favicon.svg`)
  return page.evaluate(() => performance.now())
}

/** Typing into a bare text field: what the browser itself takes. */
async function bareTyping(browser: Browser): Promise<number[]> {
  const page = await browser.newPage()
  await page.setContent('<textarea autofocus></textarea>')
  await page.locator('textarea').focus()
  const times = await typing(page, KEYS)
  await page.close()
  return times
}

async function opens(browser: Browser, program: Program, cells: number): Promise<Figure> {
  const times: number[] = []
  const empty: number[] = []
  for (let n = 0; n < OPENS; n++) {
    const context = await signedIn(browser, program)
    const page = await context.newPage()
    empty.push(await emptyOpen(page, program.origin))
    times.push(await coldOpen(page, `${program.origin}/notebooks/${cells}.ipynb`))
    await context.close()
  }
  const goal = cells === 20 ? 1200 : 1500
  return {
    name: `cold open to first cell, ${cells} cells, p50`,
    value: median(times),
    baseline: median(empty),
    baselineName: 'empty page',
    goal,
  }
}

async function typingFigure(browser: Browser, program: Program): Promise<Figure> {
  const page = await open(await signedIn(browser, program), program, '1000.ipynb')
  await cell(page, 3).locator('.code-editor').click()
  await page.locator('.monaco-editor').first().waitFor()
  const times = await typing(page, KEYS)
  const bare = await bareTyping(browser)
  await page.context().close()
  return {
    name: 'keydown to paint, 1000 cells, p95',
    value: percentile(times, 95),
    baseline: percentile(bare, 95),
    baselineName: 'textarea',
    goal: 25,
  }
}

/** Replaces a cell's source by `code`, runs it and waits for `text`. */
async function runOnce(page: Page, code: string, text: string): Promise<number> {
  await cell(page, 2).locator('.code-editor').click()
  await page.keyboard.press('Control+a')
  await page.keyboard.type(code)
  return runToPaint(page, '#cell-c2', text)
}

async function runs(browser: Browser, program: Program, cells: number): Promise<Figure> {
  const page = await open(await signedIn(browser, program), program, `${cells}.ipynb`)
  const times: number[] = []
  for (let n = 1; n <= RUNS; n++) times.push(await runOnce(page, `${n}*1000+${n}`, `${n * 1001}`))
  await page.context().close()
  const steady = times.slice(3)
  return {
    name: `run to painted output, ${cells} cells, p50`,
    value: median(steady),
    baseline: 16.7,
    baselineName: 'one frame',
    goal: 60,
  }
}

async function firstPrint(browser: Browser, program: Program): Promise<Figure> {
  const page = await open(await signedIn(browser, program), program, '20.ipynb')
  const times: number[] = []
  for (let n = 1; n <= RUNS / 2; n++) {
    times.push(
      await runOnce(page, `print(${n}*1000+7,flush=True);__import__("time").sleep(.3)`, `${n * 1000 + 7}`),
    )
    await page.locator('.kernel-state[data-kernel=idle]').first().waitFor()
  }
  await page.context().close()
  return {
    name: 'first print of a running cell, p50',
    value: median(times.slice(2)),
    baseline: 16.7,
    baselineName: 'one frame',
    goal: 60,
  }
}

/** A long session's timeline beside a short one's. */
async function timelines(browser: Browser, program: Program): Promise<readonly Figure[]> {
  const [short, long] = [await timelineOf(browser, program, 50), await timelineOf(browser, program, 5000)]
  const baselineName = '50 runs'
  return [
    {
      name: 'timeline of 5,000 runs drawn',
      value: long.shown,
      baseline: short.shown,
      baselineName,
      goal: 300,
    },
    {
      name: 'timeline of 5,000 runs, scrub frame p95',
      value: percentile(long.frames, 95),
      baseline: percentile(short.frames, 95),
      baselineName,
      goal: 20,
    },
  ]
}

async function timelineOf(browser: Browser, program: Program, runs: number) {
  const page = await open(await signedIn(browser, program), program, '20.ipynb')
  const times = await timelineTimes(page, runs)
  await page.context().close()
  return times
}

/** What a part is given: one browser and one program with a notebook of 20 and one of 1,000 cells. */
interface Bench {
  readonly browser: Browser
  readonly program: Program
}

type Part = (bench: Bench) => AsyncGenerator<Figure | string>

/** The parts by name, in the order in which they run: `npm run bench -- keys opens` runs those two. */
const parts = new Map<string, Part>([
  [
    'round-trip',
    async function* () {
      yield* await roundTrip()
    },
  ],
  [
    'rooms',
    async function* () {
      yield* roomFigures()
    },
  ],
  [
    'crowd',
    async function* () {
      yield* crowdFigures()
    },
  ],
  [
    'opens',
    async function* ({ browser, program }) {
      for (const cells of [20, 1000]) yield await opens(browser, program, cells)
    },
  ],
  [
    'keys',
    async function* ({ browser, program }) {
      yield await typingFigure(browser, program)
    },
  ],
  [
    'runs',
    async function* ({ browser, program }) {
      for (const cells of [20, 1000]) yield await runs(browser, program, cells)
    },
  ],
  [
    'first-print',
    async function* ({ browser, program }) {
      yield await firstPrint(browser, program)
    },
  ],
  [
    'timeline',
    async function* ({ browser, program }) {
      yield* await timelines(browser, program)
    },
  ],
])

/** Runs one part. A failure is reported and does not keep the others from running. */
async function runPart(name: string, bench: Bench): Promise<void> {
  const part = parts.get(name)
  if (part === undefined) {
    print(`no part is called ${name}; there are ${[...parts.keys()].join(', ')}`)
    return
  }
  try {
    for await (const figure of part(bench)) print(typeof figure === 'string' ? figure : line(figure))
  } catch (error) {
    print(`${name} has no figure: ${error instanceof Error ? error.message : String(error)}`)
  }
}

async function main(asked: readonly string[]): Promise<void> {
  const folder = await newFolder()
  for (const count of [20, 1000]) {
    const cells = Array.from({ length: count }, (_, n) => `value_${n} = ${n}\nprint(value_${n})`)
    await writeNotebook(folder, `${count}.ipynb`, cells)
  }
  const program = await startProgram(folder)
  const browser = await chromium.launch(chromiumOptions.launchOptions)
  try {
    for (const name of asked.length === 0 ? parts.keys() : asked) await runPart(name, { browser, program })
  } finally {
    await browser.close()
    await program.stop()
    await removeFolder(folder)
  }
}

await main(process.argv.slice(2))
