/** A person asks why an output is what it is, follows it back, compares it, and looks at the notebook as it was. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { writeNotebook } from '../support/notebook-file.ts'
import { open, outputs, signedIn, typeInto } from '../support/person.ts'
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
  ])
  program = await startProgram(folder)
})

test.afterEach(async () => {
  await program.stop()
  await discard(folder)
})

test('why, from what, what changed, and how it was', async ({ browser }) => {
  const page = await open(await signedIn(browser, program), program, 'day.ipynb')
  const panel = page.getByRole('region', { name: 'History' })
  await page.getByRole('button', { name: 'Run all', exact: true }).click()
  await expect(outputs(page, 3)).toContainText('total 6')

  await test.step('the receipt says what made it, from what', async () => {
    await outputs(page, 3).getByRole('button', { name: 'Why?' }).click()
    const lead = panel.locator('.receipt-lead')
    await expect(lead).toContainText('Made by run 3 of its session, in cell 3, from')
    await expect(lead).toContainText('births (run 2)')
    await expect(lead).toContainText('rate (run 1)')
    await expect(panel).toContainText('made by run 2 of cell 2 · still the same')
  })

  await test.step('the graph behind it is walked by keyboard', async () => {
    const graph = panel.getByRole('group', { name: 'Lineage' })
    await graph.getByRole('button', { name: /^Run 3 · cell 3/ }).focus()
    await page.keyboard.press('ArrowLeft')
    await expect(graph.getByRole('button', { name: /^Run 2 · cell 2/ })).toBeFocused()
    await page.keyboard.press('Enter')
    await expect(panel.locator('.receipt-lead')).toContainText('in cell 2, from births.csv')
  })

  await test.step('the receipt shows that a file changed', async () => {
    await writeFile(join(folder, 'births.csv'), '1\n2\n3\n')
    await panel.getByRole('button', { name: 'Back' }).click()
    await panel.getByRole('button', { name: 'run 2', exact: true }).first().click()
    await expect(panel.locator('.receipt-lead')).toContainText('births.csv (changed since)')
  })

  await test.step('a later run is compared with the one before', async () => {
    await typeInto(page, 1, '0')
    await page.getByRole('button', { name: 'Run stale (3)' }).click()
    await expect(outputs(page, 3)).toContainText('total 120')
    await outputs(page, 3).getByRole('button', { name: 'Why?' }).click()
    await expect(panel.locator('.receipt-lead')).toContainText('run 6')
    await panel.getByRole('button', { name: 'Compare with the run before' }).click()
    await expect(panel).toContainText('What differs: 2 inputs')
    await expect(panel.getByRole('row', { name: /rate int, 2 int, 20 differs/ })).toBeVisible()
    await expect(panel.locator('.text-diff')).toContainText('total 120')
  })

  await test.step('the timeline shows the notebook as it was', async () => {
    await panel.getByRole('button', { name: 'Back' }).click()
    await panel.getByRole('button', { name: 'Timeline' }).click()
    const moment = panel.getByRole('slider', { name: 'Moment of the session' })
    await expect(moment).toHaveAttribute('aria-valuetext', /After run 6 of 6/)
    const then = panel.getByRole('region', { name: 'The notebook then' })
    await expect(then).toContainText('total 120')
    await moment.focus()
    for (let step = 0; step < 3; step++) await page.keyboard.press('ArrowLeft')
    await expect(moment).toHaveAttribute('aria-valuetext', /After run 3 of 6/)
    await expect(then).toContainText('total 6')
    await expect(then).toContainText('rate = 2')
    await expect(then).not.toContainText('total 120')
    await expect(outputs(page, 3)).toContainText('total 120')
  })

  await test.step('a moment gets a name', async () => {
    while ((await panel.getByRole('button', { name: 'Back' }).count()) > 0)
      await panel.getByRole('button', { name: 'Back' }).click()
    await panel.getByRole('button', { name: 'Checkpoints' }).click()
    await expect(panel).toContainText('No checkpoint yet')
    await panel.getByRole('textbox', { name: 'Checkpoint name' }).fill('before the talk')
    await page.keyboard.press('Enter')
    await expect(panel.getByRole('listitem')).toContainText('before the talk')
  })

  await test.step('the log is searched, and read as a table', async () => {
    while ((await panel.getByRole('button', { name: 'Back' }).count()) > 0)
      await panel.getByRole('button', { name: 'Back' }).click()
    const runs = panel.locator('.run')
    await expect(runs).toHaveCount(6)
    await panel.getByRole('searchbox').fill('total')
    await expect(runs).toHaveCount(2)
    await panel.getByRole('searchbox').fill('')
    await panel.getByRole('combobox', { name: 'Result' }).selectOption('Failed')
    await expect(panel).toContainText('No run matches')
    await panel.getByRole('combobox', { name: 'Result' }).selectOption('Any result')
    await panel.getByRole('button', { name: 'Table' }).click()
    await panel.getByRole('button', { name: 'Cell', exact: true }).click()
    await expect(panel.getByRole('columnheader', { name: 'Cell' })).toHaveAttribute('aria-sort', 'ascending')
    await expect(panel.getByRole('row').nth(1)).toContainText('rate = 20')
    await panel.getByRole('combobox', { name: 'Result' }).selectOption('Done')
    await expect(panel.getByRole('columnheader', { name: 'Cell' })).toHaveAttribute('aria-sort', 'ascending')
  })

  await test.step('what runs made of their numbers is plotted, and walked by keyboard', async () => {
    await panel.getByRole('button', { name: 'Plot' }).click()
    const plot = panel.getByRole('group', { name: 'Runs by their numbers' })
    const points = plot.getByRole('button')
    await expect(points.first()).toHaveAccessibleName(/rate 20 · total 120$/)
    await expect(points).toHaveCount(2)
    await points.first().focus()
    await page.keyboard.press('ArrowRight')
    await expect(points.nth(1)).toBeFocused()
    await page.keyboard.press('Enter')
    await expect(panel.locator('.receipt-lead')).toContainText('in cell 3')
    await panel.getByRole('button', { name: 'Back' }).click()
    await expect(points).toHaveCount(2)
  })
})

test('asked again, why shows the run since; asked during a run, it waits for its end', async ({
  browser,
}) => {
  const page = await open(await signedIn(browser, program), program, 'day.ipynb')
  const panel = page.getByRole('region', { name: 'History' })
  const why = outputs(page, 3).getByRole('button', { name: 'Why?' })
  await page.getByRole('button', { name: 'Run all', exact: true }).click()
  await expect(outputs(page, 3)).toContainText('total 6')
  await why.click()
  await expect(panel.locator('.receipt-lead')).toContainText('run 3')
  await typeInto(page, 1, '0')
  await page.getByRole('button', { name: /^Run stale/ }).click()
  await expect(outputs(page, 3)).toContainText('total 60')
  await why.click()
  await expect(panel.locator('.receipt-lead')).toContainText(/run 5 /)
  await typeInto(page, 3, '\nimport time; time.sleep(2)')
  await page.getByRole('button', { name: /^Run stale/ }).click()
  await expect(page.locator('.cell-running')).toBeVisible()
  await expect(outputs(page, 3)).toContainText('total 60')
  await why.click()
  await expect(panel).toContainText('This run is in progress')
  await expect(panel.locator('.receipt-lead')).toContainText('run 6')
})

test('what changed since a moment that got a name', async ({ browser }) => {
  const page = await open(await signedIn(browser, program), program, 'day.ipynb')
  const panel = page.getByRole('region', { name: 'History' })
  await page.getByRole('button', { name: 'Run all', exact: true }).click()
  await expect(outputs(page, 3)).toContainText('total 6')
  await page.getByRole('button', { name: 'History', exact: true }).click()
  await expect(panel.locator('.run')).toHaveCount(3)
  await panel.getByRole('button', { name: 'Checkpoints' }).click()
  await panel.getByRole('textbox', { name: 'Checkpoint name' }).fill('before the talk')
  await page.keyboard.press('Enter')
  await panel.getByRole('button', { name: 'What changed since' }).click()
  await expect(panel).toContainText('Since “before the talk” nothing has changed')

  await typeInto(page, 1, '0')
  await page.getByRole('button', { name: 'Run stale (2)' }).click()
  await expect(outputs(page, 3)).toContainText('total 60')
  await panel.getByRole('button', { name: 'Back' }).click()
  await panel.getByRole('button', { name: 'What changed since' }).click()
  await expect(panel).toContainText('2 cells differ')
  await expect(panel.locator('[data-type=added]')).toContainText('rate = 20')
  await panel.getByRole('button', { name: 'Compare these two runs' }).last().click()
  await expect(panel.locator('.text-diff')).toContainText('total 60')
})
