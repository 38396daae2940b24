/** The page by keyboard alone: Tab walks it and writes nothing, the focus is never lost, undo goes by words. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, type Page, test } from '@playwright/test'
import { writeNotebook } from '../support/notebook-file.ts'
import { cell, open, saved, signedIn } from '../support/person.ts'
import { discard, newFolder, type Program, startProgram } from '../support/program.ts'

let folder: string
let program: Program
test.beforeEach(async () => {
  folder = await newFolder()
  await writeNotebook(folder, 'a.ipynb', ['one = 1', 'two = 2', 'three = 3'])
  program = await startProgram(folder)
})
test.afterEach(async () => {
  await program.stop()
  await discard(folder)
})

const focused = (page: Page): Promise<string> =>
  page.evaluate(
    () => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.tagName ?? '',
  )

/** Presses a key until the focus is on what has this name; fails after a whole round of the page. */
async function walkTo(page: Page, key: string, name: RegExp): Promise<readonly string[]> {
  const seen: string[] = []
  for (let n = 0; n < 80; n++) {
    await page.keyboard.press(key)
    seen.push(await focused(page))
    if (name.test(seen.at(-1) ?? '')) return seen
  }
  throw new Error(`${key} does not lead to ${name}: ${seen.join(', ')}`)
}

test('Tab walks the page, History opens by it, Escape closes it and gives the focus back', async ({
  browser,
}) => {
  const page = await open(await signedIn(browser, program), program, 'a.ipynb')
  await expect(cell(page, 1), 'the focus is in the notebook at once').toBeFocused()
  await expect(cell(page, 1).locator('.monaco-editor')).toBeVisible()
  await page.keyboard.press('j')
  await expect(cell(page, 2)).toBeFocused()

  // Through the controls of this one cell, and out of the list.
  const forth = await walkTo(page, 'Tab', /^BODY$|Hide the files|Skip/)
  expect(forth.filter((name) => /cell \d of/.test(name))).toEqual([])
  await walkTo(page, 'Tab', /Code cell 2 of 3/)
  // Back through the buttons of the panels, of which it is the first.
  const history = page.getByRole('button', { name: 'History', exact: true })
  const buttons = await page.locator('.panel-button').count()
  for (let n = 0; n < buttons; n++) await page.keyboard.press('Shift+Tab')
  await expect(history).toBeFocused()
  await page.keyboard.press('Enter')
  const panel = page.getByRole('region', { name: 'History' })
  await expect(panel.getByRole('heading', { name: 'History' })).toBeFocused()
  await page.keyboard.press('Tab')
  await expect(panel.locator(':focus')).toHaveCount(1)
  await page.keyboard.press('Escape')
  await expect(panel).toBeHidden()
  await expect(history).toBeFocused()
  // Keys of the page act from a button as well, and what they opened gives the focus back.
  await page.keyboard.press('Control+Shift+C')
  await expect(page.getByRole('dialog')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(history).toBeFocused()
  await page.keyboard.press('Control+f')
  await expect(page.getByRole('search').getByRole('textbox').first()).toBeFocused()
  await page.keyboard.press('Escape')
  const file = JSON.parse(await readFile(join(folder, 'a.ipynb'), 'utf8'))
  expect(file.cells.map(({ source }: { source: string | string[] }) => [source].flat().join(''))).toEqual([
    'one = 1',
    'two = 2',
    'three = 3',
  ])
})

test('Tab indents in a cell; Escape leaves it; Ctrl-M lets Tab move the focus', async ({ browser }) => {
  const page = await open(await signedIn(browser, program), program, 'a.ipynb')
  await cell(page, 1).locator('.code-editor').click()
  await expect(cell(page, 1).locator('.monaco-editor.focused')).toBeVisible()
  await page.keyboard.press('Home')
  await page.keyboard.press('Tab')
  await expect(cell(page, 1).locator('.view-lines')).toHaveText(/^\s{4}one/)
  await page.keyboard.press('Escape')
  await expect(cell(page, 1)).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(cell(page, 1).locator('.monaco-editor.focused')).toBeVisible()
  await page.keyboard.press('Control+m')
  await expect(page.getByText('Tab now moves the focus out of the cell')).toBeVisible()
  await page.keyboard.press('Home')
  await page.keyboard.press('Tab')
  await expect(cell(page, 1).locator('.monaco-editor.focused')).toHaveCount(0)
  await expect(cell(page, 1).locator('.view-lines')).toHaveText(/^\s{4}one/)
})

test('the focus is not lost by a dialog, by undo, or by a colleague who deletes the cell', async ({
  browser,
}) => {
  const page = await open(await signedIn(browser, program), program, 'a.ipynb')
  await expect(cell(page, 1)).toBeFocused()
  await page.keyboard.press('0')
  await page.keyboard.press('0')
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
  await expect(page.getByRole('dialog')).toBeHidden()
  await expect(cell(page, 1)).toBeFocused()

  await page.keyboard.press('b')
  await expect(page.getByRole('article')).toHaveCount(4)
  await expect(cell(page, 2)).toBeFocused()
  await page.keyboard.press('ControlOrMeta+z')
  await expect(page.getByRole('article')).toHaveCount(3)
  await expect.poll(() => focused(page)).toMatch(/cell \d of 3/)
  await page.keyboard.press('j')
  await page.keyboard.press('k')
  await expect(page.locator('article:focus')).toHaveCount(1)

  const colleague = await open(await signedIn(browser, program), program, 'a.ipynb')
  await cell(page, 2).locator('.code-editor').click()
  await expect(cell(page, 2).locator('.monaco-editor.focused')).toBeVisible()
  await cell(colleague, 2).click({ position: { x: 5, y: 5 } })
  await colleague.keyboard.press('d')
  await colleague.keyboard.press('d')
  await expect(page.getByRole('article')).toHaveCount(2)
  await expect(cell(page, 2)).toBeFocused()
  await page.keyboard.press('a')
  await expect(page.getByRole('article')).toHaveCount(3)
})

test('one undo reverts one word, however fast it was typed', async ({ browser }) => {
  const page = await open(await signedIn(browser, program), program, 'a.ipynb')
  await cell(page, 3).locator('.code-editor').click()
  await page.keyboard.press('ControlOrMeta+End')
  await page.keyboard.type('\nmean = total / count')
  const lines = cell(page, 3).locator('.view-lines')
  const text = async () => (await lines.innerText()).replaceAll('\u00a0', ' ').trim()
  await expect.poll(text).toMatch(/mean = total \/ count$/)
  await page.keyboard.press('ControlOrMeta+z')
  await expect.poll(text).toMatch(/mean = total \/$/)
  await page.keyboard.press('ControlOrMeta+z')
  await page.keyboard.press('ControlOrMeta+z')
  await expect.poll(text).toMatch(/mean =$/)
  await page.keyboard.press('ControlOrMeta+Shift+z')
  await expect.poll(text).toMatch(/mean = total$/)
  await saved(page)
})

test('Ctrl-S makes a checkpoint, files are links, and the page names its language', async ({ browser }) => {
  const page = await open(await signedIn(browser, program), program, 'a.ipynb')
  await expect(cell(page, 1)).toBeFocused()
  await page.keyboard.press('ControlOrMeta+s')
  await expect(page.getByText(/Saved\. Checkpoint “Saved .*” made\./)).toBeVisible()
  await page.getByRole('button', { name: 'History', exact: true }).click()
  await page.getByRole('button', { name: 'Checkpoints' }).click()
  await expect(page.getByRole('region', { name: 'History' }).getByRole('listitem')).toHaveCount(1)
  await expect(page.locator('html')).toHaveAttribute('lang', 'en')

  const [tab] = await Promise.all([
    page.context().waitForEvent('page'),
    page.getByRole('link', { name: 'a.ipynb' }).click({ modifiers: ['ControlOrMeta'] }),
  ])
  await expect(cell(tab, 1)).toBeVisible()
  await expect(cell(page, 1), 'the first tab stays where it was').toBeVisible()
  await tab.emulateMedia({ media: 'print' })
  await expect(tab.getByRole('toolbar')).toBeHidden()
  await expect(cell(tab, 3)).toBeVisible()
  await tab.emulateMedia({ media: 'screen' })
  await tab.getByRole('button', { name: 'Appearance' }).click()
  await tab.getByRole('menuitemradio', { name: '中文' }).click()
  await expect(tab.locator('html')).toHaveAttribute('lang', 'zh-Hans')
})
