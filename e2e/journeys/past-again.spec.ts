/** A person runs the past again from a receipt: the plan, the verdicts, the cause of a change, variables brought back. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, type Page, test } from '@playwright/test'
import { writeNotebook } from '../support/notebook-file.ts'
import { cell, open, outputs, signedIn } from '../support/person.ts'
import { discard, newFolder, type Program, startProgram } from '../support/program.ts'

let folder: string
let program: Program

test.beforeEach(async () => {
  folder = await newFolder()
  await writeFile(join(folder, 'births.csv'), '1\n2\n')
  await writeNotebook(folder, 'day.ipynb', [
    'births = [int(line) for line in open("births.csv")]',
    'total = sum(births)\nprint("total", total)',
    'total = -1',
    'print("now", total)',
  ])
  program = await startProgram(folder)
})

test.afterEach(async () => {
  await program.stop()
  await discard(folder)
})

const press = (page: Page, name: string) =>
  page.getByRole('region', { name: 'History' }).getByRole('button', { name, exact: true }).click()

test('replay and restore, from a receipt', async ({ browser }) => {
  const page = await open(await signedIn(browser, program), program, 'day.ipynb')
  const panel = page.getByRole('region', { name: 'History' })
  await page.getByRole('button', { name: 'Run all', exact: true }).click()
  await expect(outputs(page, 4)).toContainText('now -1')
  await outputs(page, 2).getByRole('button', { name: 'Why?' }).click()

  await test.step('replay: the plan first, then a verdict', async () => {
    await press(page, 'Replay')
    await expect(panel).toContainText('2 cells run again')
    await press(page, 'Replay now')
    await expect(panel.locator('.receipt-lead')).toContainText('Everything came out identical', {
      timeout: 60_000,
    })
  })

  await test.step('restore: the variables of then are in the kernel', async () => {
    await press(page, 'Back')
    await press(page, 'Restore')
    await press(page, 'Into this kernel')
    await expect(panel.locator('.receipt-lead')).toContainText('variables are back', { timeout: 60_000 })
    await cell(page, 4).getByRole('button', { name: 'Run this cell' }).click()
    await expect(outputs(page, 4)).toContainText('now 3')
  })
})

test('since it worked: the file that changed is named first', async ({ browser }) => {
  const page = await open(await signedIn(browser, program), program, 'day.ipynb')
  const panel = page.getByRole('region', { name: 'History' })
  await page.getByRole('button', { name: 'Run all', exact: true }).click()
  await expect(outputs(page, 4)).toContainText('now -1')
  await writeFile(join(folder, 'births.csv'), '1\n2\nthree\n')
  await page.getByRole('button', { name: 'Run stale (2)' }).click()
  await expect(outputs(page, 1)).toContainText('ValueError')
  await outputs(page, 1).getByRole('button', { name: 'Why?' }).click()
  await press(page, 'Since it worked')
  await press(page, 'Find what changed')
  await expect(panel.locator('.again-steps > li').first()).toContainText('births.csv', { timeout: 60_000 })
})
