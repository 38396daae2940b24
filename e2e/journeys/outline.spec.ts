/** Long notebooks are found one's way in: contents, folded sections and outputs, all of it by keys; and on a phone. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { writeNotebook } from '../support/notebook-file.ts'
import { cell, open, outputs, signedIn } from '../support/person.ts'
import { discard, newFolder, type Program, startProgram } from '../support/program.ts'

let folder: string
let program: Program

test.beforeEach(async () => {
  folder = await newFolder()
  await writeNotebook(folder, 'long.ipynb', [
    { markdown: '# Study' },
    { markdown: '## Loading' },
    'print("loaded")',
    'rows = 3',
    { markdown: '## Result' },
    'print("result", rows)',
  ])
  program = await startProgram(folder)
})

test.afterEach(async () => {
  await program.stop()
  await discard(folder)
})

test('sections fold by keys, run as one, open when led to, and stay in the file', async ({ browser }) => {
  const page = await open(await signedIn(browser, program), program, 'long.ipynb')
  await cell(page, 2).click()
  await page.keyboard.press('ArrowLeft')
  await expect(cell(page, 3)).toBeHidden()
  await expect(cell(page, 2)).toContainText('2 cells')
  await page.keyboard.press('j')
  await expect(cell(page, 5)).toBeFocused()
  await page.keyboard.press('k')
  await page.keyboard.press('ControlOrMeta+Enter')
  await page.keyboard.press('ArrowRight')
  await expect(outputs(page, 3)).toContainText('loaded')
  await expect(cell(page, 4).locator('.cell-count')).toHaveText('[2]')

  await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('ArrowLeft')
  await expect(cell(page, 1)).toBeFocused()
  await page.keyboard.press('ArrowLeft')
  await expect(cell(page, 5)).toBeHidden()
  await expect
    .poll(() => readFile(join(folder, 'long.ipynb'), 'utf8'))
    .toContain('jp-MarkdownHeadingCollapsed')

  await page.getByRole('button', { name: 'Contents' }).click()
  await page.getByRole('menuitem', { name: 'Result' }).click()
  await expect(cell(page, 5)).toBeFocused()
})

test('code and outputs fold to a line that opens them', async ({ browser }) => {
  const page = await open(await signedIn(browser, program), program, 'long.ipynb')
  await cell(page, 3).getByRole('button', { name: 'Run this cell' }).click()
  await expect(outputs(page, 3)).toContainText('loaded')
  await cell(page, 3).click({ position: { x: 5, y: 5 } })
  await page.keyboard.press('o')
  await expect(outputs(page, 3)).toHaveCount(0)
  await page.keyboard.press('Shift+O')
  await expect(cell(page, 3).locator('.code-editor')).toHaveCount(0)
  await page.keyboard.press('Enter')
  await page.keyboard.type('#')
  await expect(cell(page, 3).locator('.code-editor')).toContainText('#')
  await cell(page, 3).getByRole('button', { name: 'Outputs folded' }).click()
  await expect(outputs(page, 3)).toContainText('loaded')
})

test('a phone shows cells as wide as its screen and reaches every command', async ({ browser }) => {
  const context = await signedIn(browser, program)
  const page = await context.newPage()
  await page.setViewportSize({ width: 390, height: 844 })
  await page.goto(`${program.origin}/notebooks/long.ipynb`)
  await expect(cell(page, 3)).toBeVisible()
  const width = await page.evaluate(() => document.querySelector('.app-main')?.scrollWidth)
  expect(width).toBeLessThanOrEqual(390)
  await cell(page, 3).getByRole('button', { name: 'Run this cell' }).click()
  await expect(outputs(page, 3)).toContainText('loaded')
  await page.getByRole('button', { name: 'Commands' }).click()
  await page.getByRole('option', { name: 'Restart and run all' }).click()
  await page.getByRole('button', { name: 'Restart', exact: true }).last().click()
  await expect(outputs(page, 6)).toContainText('result 3')
  await page.getByRole('button', { name: 'Show files' }).click()
  await page.getByRole('treeitem', { name: /long/ }).click()
  await expect(page.getByRole('button', { name: 'Show files' })).toBeVisible()
})
