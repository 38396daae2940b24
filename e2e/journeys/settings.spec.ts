/** A person changes settings, and sees them count in every open page. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { writeNotebook } from '../support/notebook-file.ts'
import { cell, open, signedIn } from '../support/person.ts'
import { discard, newFolder, type Program, startProgram } from '../support/program.ts'

let folder: string
let program: Program

test.beforeEach(async () => {
  folder = await newFolder()
  await writeNotebook(folder, 'a.ipynb', ['x = 1\ny = 2'])
  program = await startProgram(folder)
})

test.afterEach(async () => {
  await program.stop()
  await discard(folder)
})

test('a setting counts at once, in another page too, and the project can set one', async ({ browser }) => {
  const context = await signedIn(browser, program)
  const [page, other] = [await open(context, program, 'a.ipynb'), await open(context, program, 'a.ipynb')]
  await page.keyboard.press('ControlOrMeta+,')
  const dialog = page.getByRole('dialog', { name: 'Settings' })
  await dialog.getByRole('combobox', { name: 'Theme' }).selectOption('contrastDark')
  await expect(page.locator('html')).toHaveAttribute('data-contrast', 'more')
  await dialog.getByRole('searchbox').fill('line numb')
  await expect(dialog.getByRole('listitem')).toHaveCount(1)
  await dialog.getByRole('checkbox', { name: 'Line numbers' }).check()
  await expect(cell(other, 1).locator('.line-numbers').first()).toHaveText('1')
  await dialog.getByRole('searchbox').fill('')
  await expect(other.locator('html')).toHaveAttribute('data-contrast', 'more')

  await test.step('Vim has its modes, and Escape leaves the cell', async () => {
    await dialog.getByRole('searchbox').fill('')
    await dialog.getByRole('combobox', { name: 'Keys' }).selectOption('vim')
    await page.keyboard.press('Escape')
    await cell(page, 1).locator('.code-editor').click()
    await expect(cell(page, 1).locator('.vim-status')).toContainText('NORMAL')
    await page.keyboard.type('ggdGithree = 3')
    await expect(cell(page, 1).locator('.vim-status')).toContainText('INSERT')
    await page.keyboard.press('Escape')
    await expect(cell(page, 1).locator('.vim-status')).toContainText('NORMAL')
    await expect(cell(other, 1)).toContainText('three = 3')
    await page.keyboard.press('Escape')
    await expect(cell(page, 1)).toBeFocused()
  })

  await test.step('the file of the project counts as it is written, and says what is wrong in it', async () => {
    await writeFile(join(folder, 'yesterday.json'), '{ "wrap": true, "readingWidth": "huge", "more": 1 }')
    await expect(other.locator('html')).toHaveAttribute('data-wrap', 'true')
    await page.keyboard.press('ControlOrMeta+,')
    await dialog.getByRole('radio', { name: 'This project' }).check()
    await expect(dialog.getByRole('alert')).toContainText('"huge"')
    await dialog.getByRole('button', { name: 'Reset “Width of text”' }).click()
    await expect(dialog.getByRole('alert')).toHaveCount(0)
    expect(JSON.parse(await readFile(join(folder, 'yesterday.json'), 'utf8'))).toEqual({
      wrap: true,
      more: 1,
    })
  })
})
