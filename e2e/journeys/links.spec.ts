/** Addresses lead to a run, a version and a checkpoint, also when the file has another name; what is gone is said calmly. */
import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, type Page, test } from '@playwright/test'
import { seriousFindings } from '../support/axe.ts'
import { writeNotebook } from '../support/notebook-file.ts'
import { cell, open, outputs, saved, signedIn, typeInto } from '../support/person.ts'
import { discard, newFolder, type Program, startProgram } from '../support/program.ts'

let folder: string
let program: Program

test.beforeEach(async () => {
  folder = await newFolder()
  await writeNotebook(folder, 'study.ipynb', ['total = 3\nprint(total)', 'rest = 1'])
  program = await startProgram(folder)
})

test.afterEach(async () => {
  await program.stop()
  await discard(folder)
})

const copied = (page: Page): Promise<string> => page.evaluate(() => navigator.clipboard.readText())
const history = (page: Page) => page.getByRole('region', { name: 'History' })

test('links are copied, followed and survive a rename; a checkpoint is opened, compared and restored', async ({
  browser,
}) => {
  const context = await signedIn(browser, program)
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const page = await open(context, program, 'study.ipynb')
  await cell(page, 1).getByRole('button', { name: 'Run this cell' }).click()
  await expect(outputs(page, 1)).toContainText('3')
  await expect(cell(page, 1).getByText('Done')).toBeVisible()
  await cell(page, 1).hover()
  await outputs(page, 1).getByRole('button', { name: 'Copy a link to this output' }).click()
  await expect.poll(() => copied(page)).toContain('#output=')
  const toOutput = await copied(page)

  await page.getByRole('button', { name: 'History' }).click()
  await history(page).getByRole('button', { name: 'Checkpoints' }).click()
  await history(page).getByLabel('Checkpoint name').fill('baseline')
  await history(page).getByRole('button', { name: 'Make a checkpoint' }).click()
  await expect(history(page).getByRole('button', { name: 'baseline', exact: true })).toBeVisible()
  await typeInto(page, 2, ' + 41')
  await saved(page)
  await history(page).getByRole('button', { name: 'baseline', exact: true }).click()
  await expect(history(page).getByRole('article', { name: 'Cell 2', exact: true })).toHaveText('rest = 1')
  expect(await seriousFindings(page, { within: ['.history'] })).toEqual([])
  await history(page).getByRole('button', { name: 'Copy link' }).click()
  await expect.poll(() => copied(page)).toContain('#checkpoint=')
  const toCheckpoint = await copied(page)
  await history(page).getByRole('button', { name: 'Restore' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Restore' }).click()
  await expect(cell(page, 2)).not.toContainText('41')
  await expect(
    history(page).getByRole('button', { name: 'Before “baseline” was restored', exact: true }),
  ).toBeVisible()
  await history(page).getByRole('checkbox', { name: 'Compare Before “baseline” was restored' }).check()
  await history(page).getByRole('checkbox', { name: 'Compare baseline', exact: true }).check()
  await history(page).getByRole('button', { name: 'Compare two' }).click()
  await expect(history(page)).toContainText('1 cell changed')
  await page.close()

  await rename(join(folder, 'study.ipynb'), join(folder, 'renamed.ipynb'))
  const other = await context.newPage()
  await other.goto(toOutput)
  await expect(history(other).locator('[data-marked="true"]')).toContainText('3')
  await expect(other).toHaveURL(/renamed\.ipynb/)
  await other.goto(toCheckpoint)
  await expect(history(other)).toContainText('baseline')
  await other.goto(`${program.origin}/notebooks/renamed.ipynb#run=0123456789`)
  await expect(history(other)).toContainText('There is no such run')
  const [, run] = /#output=([\w-]+):/.exec(toOutput) ?? []
  await other.goto(`${program.origin}/runs/${run}`)
  await expect(other).toHaveURL(/renamed\.ipynb\?id=.*#run=/)
  await expect(history(other).locator('.receipt-lead')).toBeVisible()
  await other.goto(`${program.origin}/runs/0123456789`)
  await expect(other.getByRole('main')).toContainText('There is no run 0123456789')
  await other.goto(`${program.origin}/notebooks/nowhere.ipynb`)
  await expect(other.getByRole('heading', { name: 'There is no notebook here' })).toBeVisible()
})
