/** What a run will take, beside its cell after one run; a run that will take long asks first, and keys answer. */
import { expect, test } from '@playwright/test'
import { seriousFindings } from '../support/axe.ts'
import { writeNotebook } from '../support/notebook-file.ts'
import { cell, open, signedIn } from '../support/person.ts'
import { discard, newFolder, startProgram } from '../support/program.ts'

const GB = 2 ** 30

test('a cell shows what its run will take; before a long one the page asks', async ({ browser }) => {
  const folder = await newFolder()
  await writeNotebook(folder, 'a.ipynb', ['import time\ntime.sleep(1.2)', 'x = 1'])
  const program = await startProgram(folder)
  try {
    const page = await open(await signedIn(browser, program), program, 'a.ipynb')
    await cell(page, 1).locator('.code-editor').click()
    await page.keyboard.press('Control+Enter')
    const button = cell(page, 1).getByRole('button', { name: 'Run this cell' })
    await expect(button).toHaveAttribute('title', /about \d+(\.\d)? s .*learned from 1 equal run/)
    // The last run's duration says the same.
    await expect(cell(page, 1).locator('.cell-forecast')).toHaveCount(0)
    const runAll = page.locator('[data-command="runAll"]').first()
    await runAll.hover()
    await expect(runAll).toHaveAttribute('title', /Takes about .*nothing is known of 1 cell/)

    // The server answers as after a long history.
    const long = (value: number) => ({
      value,
      low: value * 0.8,
      high: value * 1.3,
      method: 'inputs',
      runs: 14,
    })
    await page.route('**/forecasts', async (route) => {
      const answer = await (await route.fetch()).json()
      const [first, ...others] = answer.cells
      const cells = [{ ...first, ms: long(2_400_000), memory: long(30 * GB) }, ...others]
      await route.fulfill({ json: { ...answer, cells, memoryFree: 23 * GB } })
    })
    await cell(page, 2).locator('.code-editor').click()
    await page.keyboard.press('Control+Enter')
    await expect(cell(page, 1).locator('.cell-forecast')).toHaveText('next: about 40 min and 30 GB')
    await cell(page, 1).locator('.code-editor').click()
    await page.keyboard.press('Control+Enter')
    const question = page.getByRole('dialog', {
      name: 'This will take about 40 min and 30 GB; you have 23 GB',
    })
    await expect(question).toContainText('Between 32 min and 52 min, learned from 14 runs of this code.')
    expect(await seriousFindings(page)).toEqual([])
    await page.keyboard.press('Escape')
    await expect(question).toBeHidden()
    await expect(cell(page, 1).locator('.cell-count')).toHaveText('[1]')
    await page.keyboard.press('Control+Enter')
    await expect(question).toBeVisible()
    await question.getByRole('button', { name: 'Run', exact: true }).focus()
    await page.keyboard.press('Enter')
    await expect(question).toBeHidden()
    await expect(cell(page, 1).locator('.cell-count')).toHaveText('[3]')
    // The page may still ask while the server stops.
    await page.unrouteAll({ behavior: 'ignoreErrors' })
  } finally {
    await program.stop()
    await discard(folder)
  }
})
