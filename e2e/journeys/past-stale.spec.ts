/** A person sees which cells are stale and why, and brings them up to date with one command. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, type Page, test } from '@playwright/test'
import { writeNotebook } from '../support/notebook-file.ts'
import { cell, open, outputs, signedIn, typeInto } from '../support/person.ts'
import { discard, newFolder, type Program, startProgram } from '../support/program.ts'

let folder: string
let program: Program

test.beforeEach(async () => {
  folder = await newFolder()
  await writeFile(join(folder, 'births.csv'), '1\n2\n')
  await writeNotebook(folder, 'day.ipynb', [
    'rate = 2',
    'births = [int(line) for line in open("births.csv")]',
    'total = sum(births) * rate\nprint("total", total)',
    'print("apart")',
  ])
  program = await startProgram(folder)
})

test.afterEach(async () => {
  await program.stop()
  await discard(folder)
})

const mark = (page: Page, n: number) => cell(page, n).getByRole('button', { name: /^Stale\./ })

test('stale cells say why, and one command runs just those', async ({ browser }) => {
  const page = await open(await signedIn(browser, program), program, 'day.ipynb')
  await page.getByRole('button', { name: 'Run all', exact: true }).click()
  await expect(outputs(page, 3)).toContainText('total 6')
  await expect(outputs(page, 4)).toContainText('apart')
  await expect(page.getByRole('button', { name: /^Stale\./ })).toHaveCount(0)

  await test.step('an edit, and what depends on it', async () => {
    await typeInto(page, 1, '0')
    await expect(mark(page, 1)).toHaveAccessibleName(/edited after it ran/)
    await expect(mark(page, 3)).toHaveAccessibleName(/rate comes from cell 1/)
    await expect(mark(page, 4)).toHaveCount(0)
  })

  await test.step('a new input, with its name and cell', async () => {
    await cell(page, 1).getByRole('button', { name: 'Run this cell' }).click()
    await expect(mark(page, 3)).toHaveAccessibleName(/rate was re-created by cell 1/)
    await mark(page, 3).click()
    await expect(page.getByText('Out of date')).toBeVisible()
    await page.keyboard.press('Escape')
  })

  await test.step('a file that changed', async () => {
    await writeFile(join(folder, 'births.csv'), '1\n2\n3\n')
    await expect(mark(page, 2)).toHaveAccessibleName(/births\.csv has changed/)
  })

  await test.step('run stale', async () => {
    await page.getByRole('button', { name: 'Run stale (2)' }).click()
    await expect(outputs(page, 3)).toContainText('total 120')
    await expect(page.getByRole('button', { name: /^Stale\./ })).toHaveCount(0)
    await expect(cell(page, 4)).toContainText('[4]')
  })
})
