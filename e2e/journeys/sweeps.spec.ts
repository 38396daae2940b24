/** A person sweeps a notebook over its parameters, looks at the trials, and takes over the values of the best one. */
import { expect, test } from '@playwright/test'
import { seriousFindings } from '../support/axe.ts'
import { writeNotebook } from '../support/notebook-file.ts'
import { cell, open, signedIn } from '../support/person.ts'
import { discard, newFolder, startProgram } from '../support/program.ts'

test('trials run beside the notebook, survive a reload, and their values become an edit', async ({
  browser,
}) => {
  const folder = await newFolder()
  await writeNotebook(folder, 'a.ipynb', ['lr = 1.0  # of Adam\ndepth = 2', 'score = depth / lr'])
  const program = await startProgram(folder)
  try {
    const page = await open(await signedIn(browser, program), program, 'a.ipynb')
    await page.getByRole('button', { name: 'Sweeps', exact: true }).click()
    const panel = page.getByRole('region', { name: 'Sweeps' })
    await panel.getByLabel('Parameter', { exact: true }).fill('lr')
    await expect(panel).toContainText('In the notebook: 1.0')
    await panel.getByLabel('Values').fill('0, 0.5')
    await panel.getByRole('button', { name: 'Add a parameter' }).click()
    const second = panel.getByRole('group', { name: 'Parameter 2' })
    await second.getByLabel('Parameter', { exact: true }).fill('depth')
    await second.getByLabel('Values').fill('2..')
    await expect(panel.getByRole('button', { name: 'Start' })).toBeDisabled()
    await second.getByLabel('Values').fill('2..3')
    await expect(panel.getByRole('status')).toHaveText('4 trials')
    expect(await seriousFindings(page)).toEqual([])
    await panel.getByRole('button', { name: 'Start' }).click()
    await expect(panel.getByRole('row')).toHaveCount(5)
    await page.reload()
    await page.getByRole('button', { name: 'Sweeps', exact: true }).click()
    const earlier = panel.getByRole('button', { name: 'lr, depth' })
    const rows = panel.getByRole('row')
    await expect(earlier.or(rows.first())).toBeVisible()
    if (await earlier.isVisible()) await earlier.click()
    await expect(panel.getByRole('status')).toHaveText('4 of 4 trials ended')
    await expect(rows.nth(1)).toContainText('ZeroDivisionError')
    const score = panel.getByRole('columnheader', { name: 'score' })
    await score.getByRole('button').click()
    await expect(score).toHaveAttribute('aria-sort', 'descending')
    await expect(rows.nth(1)).toContainText('6')
    expect(await seriousFindings(page)).toEqual([])
    await panel.getByRole('button', { name: 'Use the values of trial 4 here' }).click()
    await expect(cell(page, 1)).toContainText('lr = 0.5  # of Adam')
    await expect(cell(page, 1)).toContainText('depth = 3')
    await page.keyboard.press('Escape')
    await cell(page, 1).click()
    await page.keyboard.press('Escape')
    await page.keyboard.press('z')
    await expect(cell(page, 1)).toContainText('lr = 1.0  # of Adam')
    await expect(cell(page, 1)).toContainText('depth = 2')
    await panel.getByRole('button', { name: 'Receipt of trial 4' }).click()
    await expect(page.getByRole('region', { name: 'History' })).toContainText('score = depth / lr')
  } finally {
    await program.stop()
    await discard(folder)
  }
})
