/** A person at a browser: signs in, opens a notebook, and knows cells by their names. */
import { type Browser, type BrowserContext, expect, type Locator, type Page } from '@playwright/test'
import { type Program, runCommand } from './program.ts'

const opened = new WeakSet<Program>()

/** A fresh link into a running server: the one that it printed, then, as each opens it once, those of second starts. */
export async function freshLink(program: Program): Promise<string> {
  if (!opened.has(program)) {
    opened.add(program)
    return program.url
  }
  const { stderr, stdout } = await runCommand(['serve', program.folder, '--no-open'])
  const link = /https?:\/\/\S+token=\S+/.exec(stderr + stdout)?.[0]
  if (link === undefined) throw new Error(`the second start printed no link:\n${stderr}${stdout}`)
  return link
}

const newContext = (browser: Browser): Promise<BrowserContext> =>
  browser.newContext({ viewport: { width: 1440, height: 900 } })

/** A person in a browser profile of their own, on the page that the link leads to. */
export async function entered(browser: Browser, program: Program): Promise<Page> {
  const page = await (await newContext(browser)).newPage()
  await page.goto(await freshLink(program))
  return page
}

/** A person in a browser profile of their own who has been here before: the cookie is there, no page is open. */
export async function signedIn(browser: Browser, program: Program): Promise<BrowserContext> {
  const context = await newContext(browser)
  const answer = await context.request.get(await freshLink(program), { maxRedirects: 0 })
  expect(answer.status(), 'the link leads on').toBe(303)
  return context
}

/** Opens a notebook and waits for its first cell. */
export async function open(context: BrowserContext, program: Program, path: string): Promise<Page> {
  const page = await context.newPage()
  await page.goto(`${program.origin}/notebooks/${path}`)
  await expect(cell(page, 1)).toBeVisible()
  return page
}

/** The n-th cell, whatever its type. */
export const cell = (page: Page, n: number): Locator =>
  page.getByRole('article', { name: new RegExp(`cell ${n} of`) })

/** What the n-th cell shows below its source. */
export const outputs = (page: Page, n: number): Locator =>
  cell(page, n).getByRole('region', { name: 'Outputs' })

/** Puts the caret at the end of a cell's source and types. */
export async function typeInto(page: Page, n: number, text: string): Promise<void> {
  await cell(page, n).locator('.code-editor').click()
  await page.keyboard.press('ControlOrMeta+End')
  await page.keyboard.type(text)
}

/** Waits until the page says that edits are saved. */
export const saved = (page: Page): Promise<void> =>
  expect(page.getByText('Saved', { exact: true })).toBeVisible()
