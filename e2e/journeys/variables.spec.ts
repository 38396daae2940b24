/** The variables panel: it answers during a run, sorts and filters a frame in the kernel, and is usable by keyboard. */
import { expect, test } from '@playwright/test'
import { seriousFindings } from '../support/axe.ts'
import { writeNotebook } from '../support/notebook-file.ts'
import { cell, open, outputs, signedIn } from '../support/person.ts'
import { discard, newFolder, startProgram } from '../support/program.ts'

const FRAME = `import pandas as pd
df = pd.DataFrame({"city": ["Oslo", "Rome", "Lima"] * 1000, "n": range(3000)})
nested = {"a": [1, {"b": 2}]}
df`
const LONG = `import time
phase = "started"
while "stop" not in globals(): time.sleep(0.02)`

test('variables are listed during a run; a frame is opened, sorted and filtered', async ({ browser }) => {
  const folder = await newFolder()
  await writeNotebook(folder, 'a.ipynb', [FRAME, LONG])
  const program = await startProgram(folder)
  try {
    const page = await open(await signedIn(browser, program), program, 'a.ipynb')
    await cell(page, 1).locator('.code-editor').click()
    await page.keyboard.press('Control+Enter')
    await expect(cell(page, 1)).toContainText('Done')
    await expect(outputs(page, 1).getByRole('grid')).toContainText('Lima')
    await expect(outputs(page, 1)).toContainText('All rows, as they are in the kernel now.')
    await page.getByRole('button', { name: 'Variables', exact: true }).click()
    const panel = page.getByRole('region', { name: 'Variables' })
    await expect(panel.getByRole('listitem').filter({ hasText: 'df' })).toContainText('3,000 × 2')

    await cell(page, 2).locator('.code-editor').click()
    await page.keyboard.press('Control+Enter')
    const phase = panel.getByRole('listitem').filter({ hasText: 'phase' })
    await expect(phase).toContainText('Written by the running cell')
    await panel.getByRole('button', { name: 'df', exact: true }).click()
    const grid = panel.getByRole('grid')
    await expect(grid).toContainText('Oslo')
    await grid.getByRole('columnheader', { name: /^n/ }).click()
    await grid.getByRole('columnheader', { name: /^n/ }).click()
    await expect(grid.getByRole('cell', { name: '2999', exact: true })).toBeVisible()
    await panel.getByLabel('Column', { exact: true }).selectOption('city')
    await panel.getByLabel('Value', { exact: true }).fill('Rome')
    await page.keyboard.press('Enter')
    await expect(panel.getByRole('status').first()).toContainText('1,000 of 3,000 rows')
    // The grid's own markup is the library's; its colours are ours.
    const ours = ['.panel-head', '.table-filters', '.column-summary', '.value-history']
    expect(await seriousFindings(page, { within: ours })).toEqual([])
    expect(await seriousFindings(page, { within: ['.panel'], colorsOnly: true })).toEqual([])

    await panel.getByRole('button', { name: 'All variables' }).click()
    await panel.getByRole('button', { name: 'nested', exact: true }).focus()
    await page.keyboard.press('Enter')
    const tree = panel.getByRole('tree', { name: 'nested' })
    await tree.getByRole('button').first().focus()
    await page.keyboard.press('ArrowRight')
    await expect(tree).toContainText('[1]')
    await page
      .getByRole('button', { name: /^Interrupt/ })
      .first()
      .click()
    await expect(cell(page, 2)).toContainText('KeyboardInterrupt')
  } finally {
    await program.stop()
    await discard(folder)
  }
})
