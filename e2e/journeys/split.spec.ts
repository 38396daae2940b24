/** Two notebooks side by side, tabs, and what was closed. */
import { expect, test } from '@playwright/test'
import { writeNotebook } from '../support/notebook-file.ts'
import { cell, open, outputs, saved, signedIn } from '../support/person.ts'
import { discard, newFolder, type Program, startProgram } from '../support/program.ts'

let folder: string
let program: Program

test.beforeEach(async () => {
  folder = await newFolder()
  await writeNotebook(folder, 'a.ipynb', ['x = 1'])
  await writeNotebook(folder, 'b.ipynb', ['y = 2'])
  program = await startProgram(folder)
})

test.afterEach(async () => {
  await program.stop()
  await discard(folder)
})

test('a notebook opens beside another; both are live, and keys go to one of them', async ({ browser }) => {
  const page = await open(await signedIn(browser, program), program, 'a.ipynb')
  const row = page.getByRole('treeitem', { name: 'b.ipynb' })
  await row.focus()
  await page.keyboard.press('ControlOrMeta+Enter')
  const beside = page.frameLocator('.beside-frame')
  const there = beside.getByRole('article', { name: /cell 1 of/ })
  await expect(there).toBeVisible()
  await expect(beside.getByRole('banner')).toHaveCount(0)

  const focused = () => page.evaluate(() => document.activeElement?.className)

  await test.step('F6 goes from side to side', async () => {
    await expect.poll(focused).toBe('beside-frame')
    await page.keyboard.press('F6')
    await expect(row).toBeFocused()
    await page.keyboard.press('F6')
    await expect.poll(focused).toBe('beside-frame')
    await expect.poll(() => there.evaluate((element) => element === document.activeElement)).toBe(true)
    await page.keyboard.press('Enter')
    await expect(there.locator('.monaco-editor').first()).toBeVisible()
    await page.keyboard.press('ControlOrMeta+a')
    await page.keyboard.type('y = 6 * 7; y')
    await page.keyboard.press('ControlOrMeta+Enter')
    await expect(there.getByRole('region', { name: 'Outputs' })).toContainText('42')
    await expect(outputs(page, 1)).toHaveCount(0)
    await page.keyboard.press('F6')
    await expect.poll(focused).not.toBe('beside-frame')
    await cell(page, 1).focus()
    await page.keyboard.press('b')
    await expect(cell(page, 2)).toBeVisible()
    await expect(beside.getByRole('article')).toHaveCount(1)
    await saved(page)
  })

  await test.step('the edge moves by keys, and both are there after a reload', async () => {
    const edge = page.getByRole('separator', { name: 'Width of the sides' })
    await edge.focus()
    await page.keyboard.press('ArrowLeft')
    await expect(edge).toHaveAttribute('aria-valuenow', '48')
    await page.reload()
    await expect(edge).toHaveAttribute('aria-valuenow', '48')
    await expect(there.getByRole('region', { name: 'Outputs' })).toContainText('42')
  })

  await test.step('a phone shows one of them, by a switch', async () => {
    await page.setViewportSize({ width: 390, height: 800 })
    await expect(cell(page, 1)).toBeHidden()
    await expect(there).toBeVisible()
    await page.getByRole('button', { name: 'a.ipynb', exact: true }).click()
    await expect(cell(page, 1)).toBeVisible()
    await expect(there).toBeHidden()
    await page.getByRole('button', { name: 'b.ipynb', exact: true }).click()
  })

  await page.getByRole('button', { name: 'Close this side' }).click()
  await expect(page.locator('.beside')).toHaveCount(0)
  await expect(cell(page, 1)).toBeVisible()
})

test('open files are tabs; a closed one is opened again', async ({ browser }) => {
  const page = await open(await signedIn(browser, program), program, 'a.ipynb')
  const row = page.getByRole('treeitem', { name: 'b.ipynb' })
  await row.click({ button: 'right' })
  await page.getByRole('menu').getByRole('menuitem', { name: 'Open', exact: true }).click()
  const tabs = page.getByRole('navigation', { name: 'Open files' })
  const shown = tabs.locator('[aria-current=page]')
  await expect(shown).toHaveText('b.ipynb')

  await test.step('arrow keys move along them, Delete closes one', async () => {
    await shown.focus()
    await page.keyboard.press('ArrowLeft')
    await page.keyboard.press('Enter')
    await expect(shown).toHaveText('a.ipynb')
    await expect(page).toHaveURL(/a\.ipynb$/)
    await page.keyboard.press('Delete')
    await expect(page).toHaveURL(/b\.ipynb$/)
    await expect(tabs).toHaveCount(0)
  })

  await test.step('the palette brings it back', async () => {
    await cell(page, 1).focus()
    await page.keyboard.press('ControlOrMeta+Shift+c')
    await page.keyboard.type('closed last')
    await page.keyboard.press('Enter')
    await expect(shown).toHaveText('a.ipynb')
  })

  await test.step('a tab that is dragged to the right opens beside', async () => {
    const tab = tabs.getByRole('link', { name: 'b.ipynb' })
    await tab.hover()
    await page.mouse.down()
    await page.mouse.move(600, 300, { steps: 4 })
    await page.mouse.move(1100, 400, { steps: 4 })
    await page.mouse.up()
    await expect(page.frameLocator('.beside-frame').getByRole('article')).toHaveCount(1)
  })
})
