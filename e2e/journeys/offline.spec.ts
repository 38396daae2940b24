/** A person writes on while the server is away: nothing that was typed is lost, whatever happens to the page. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type BrowserContext, expect, type Page, test } from '@playwright/test'
import { writeNotebook } from '../support/notebook-file.ts'
import { cell, open, saved, signedIn, typeInto } from '../support/person.ts'
import { discard, newFolder, type Program, startProgram } from '../support/program.ts'

let folder: string
let program: Program

test.beforeEach(async () => {
  folder = await newFolder()
  await writeNotebook(folder, 'a.ipynb', ['x = 1', 'y = 2'])
  await writeNotebook(folder, 'b.ipynb', ['z = 3'])
  program = await startProgram(folder)
})

test.afterEach(async () => {
  await program.stop()
  await discard(folder)
})

const sourceIn = async (path: string): Promise<string> =>
  [JSON.parse(await readFile(join(folder, path), 'utf8')).cells[0].source].flat().join('')
const fileSays = (path: string, source: string) => expect.poll(() => sourceIn(path)).toBe(source)

/** Its code is there: what is opened for the first time from now on needs no server. */
async function whole(page: Page): Promise<void> {
  await cell(page, 1).locator('.monaco-editor').waitFor()
  await page.waitForFunction(() => performance.getEntriesByName('yesterday:parts').length > 0)
}

async function typedOffline(context: BrowserContext): Promise<Page> {
  const page = await open(context, program, 'a.ipynb')
  await whole(page)
  await program.stop()
  await expect(page.getByText('Offline: edits are kept here').first()).toBeVisible()
  await typeInto(page, 1, '0')
  await expect(cell(page, 1)).toContainText('x = 10')
  return page
}
/** The browser has so many updates of the document, which it stores a moment after each edit. */
const kept = (page: Page, least: number) =>
  page.waitForFunction(
    (count) =>
      new Promise<boolean>((resolve) => {
        const opening = indexedDB.open('yesterday.unsent')
        opening.onsuccess = () => {
          const found = opening.result.transaction('updates').objectStore('updates').count()
          found.onsuccess = () => {
            opening.result.close()
            resolve(found.result >= count)
          }
        }
      }),
    least,
  )

const comeBack = async (): Promise<void> => {
  program = await startProgram(folder, { port: Number(new URL(program.origin).port) })
}

test('panels open without a server, leaving is asked for, and a reload brings the edits back', async ({
  browser,
}) => {
  const page = await typedOffline(await signedIn(browser, program))
  await page.getByRole('button', { name: 'History', exact: true }).click()
  await expect(page.getByRole('region', { name: 'History' })).toBeVisible()
  await expect(cell(page, 1)).toContainText('x = 10')

  await page.getByRole('treeitem', { name: 'b.ipynb' }).click()
  const question = page.getByRole('dialog', { name: 'Leave with unsaved edits?' })
  await expect(question).toContainText('kept in this browser')
  await question.getByRole('button', { name: 'Cancel' }).click()
  await expect(cell(page, 1)).toContainText('x = 10')
  expect(page.url()).toContain('/a.ipynb')

  await comeBack()
  // No chance to say good-bye: as a crash of the page.
  await page.evaluate(() => {
    addEventListener('beforeunload', (event) => event.stopImmediatePropagation(), true)
  })
  await page.goto(`${program.origin}/notebooks/a.ipynb`)
  await expect(cell(page, 1)).toContainText('x = 10')
  await saved(page)
  await fileSays('a.ipynb', 'x = 10')
})

test('who leaves all the same finds the edits again, with back and forward too', async ({ browser }) => {
  const context = await signedIn(browser, program)
  const page = await open(context, program, 'b.ipynb')
  await page.getByRole('treeitem', { name: 'a.ipynb' }).click()
  await expect(cell(page, 2)).toContainText('y = 2')
  await whole(page)
  await program.stop()
  await expect(page.getByText('Offline: edits are kept here').first()).toBeVisible()
  await typeInto(page, 1, '0')

  await page.goBack()
  const question = page.getByRole('dialog', { name: 'Leave with unsaved edits?' })
  await expect(question).toBeVisible()
  expect(page.url()).toContain('/a.ipynb')
  await question.getByRole('button', { name: 'Leave' }).click()
  await expect(page).toHaveURL(/\/b\.ipynb/)
  await comeBack()
  await expect(cell(page, 1)).toContainText('z = 3')
  await page.getByRole('treeitem', { name: 'a.ipynb' }).click()
  await expect(cell(page, 1)).toContainText('x = 10')
  await expect(page.getByText('Edits that were not saved the last time')).toBeVisible()
  await fileSays('a.ipynb', 'x = 10')
})

test('a browser that is killed offline has the edits when it comes back', async ({ browser }) => {
  const context = await signedIn(browser, program)
  const page = await typedOffline(context)
  await page.keyboard.press('Escape')
  await page.keyboard.press('b')
  await expect(cell(page, 3)).toBeVisible()
  await kept(page, 2)
  await page.close({ runBeforeUnload: false })
  await comeBack()
  const next = await open(context, program, 'a.ipynb')
  await expect(cell(next, 1)).toContainText('x = 10')
  await expect(cell(next, 3)).toBeVisible()
  await fileSays('a.ipynb', 'x = 10')
})

test('a panel whose code cannot be fetched fails alone, and opens when it can', async ({ browser }) => {
  const context = await signedIn(browser, program)
  const page = await context.newPage()
  await page.route(/\/assets\/HistoryPanel-.*\.js/, (route) => route.abort())
  await page.goto(`${program.origin}/notebooks/a.ipynb`)
  await typeInto(page, 1, '0')
  await page.getByRole('button', { name: 'History', exact: true }).click()
  await expect(page.getByText('This part could not be loaded')).toBeVisible()
  await expect(cell(page, 1)).toContainText('x = 10')
  await fileSays('a.ipynb', 'x = 10')
  await page.unroute(/\/assets\/HistoryPanel-.*\.js/)
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect(page.getByRole('region', { name: 'History' })).toBeVisible()
})
