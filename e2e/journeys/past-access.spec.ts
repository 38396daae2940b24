/** The past is for everyone: each of its views is checked by axe, light and dark, wide and on a phone. */
import { expect, type Page, test } from '@playwright/test'
import { seriousFindings } from '../support/axe.ts'
import { writeNotebook } from '../support/notebook-file.ts'
import { open, outputs, saved, signedIn, typeInto } from '../support/person.ts'
import { discard, newFolder, type Program, startProgram } from '../support/program.ts'

let folder: string
let program: Program

test.beforeEach(async () => {
  folder = await newFolder()
  await writeNotebook(folder, 'day.ipynb', [
    'print("rows"); x = len("a") + 2 if None else 1',
    'y = x + 1\nprint("y", y)',
    'assert y < 0',
  ])
  program = await startProgram(folder)
})

test.afterEach(async () => {
  await program.stop()
  await discard(folder)
})

async function passes(page: Page, view: string): Promise<void> {
  // Colours on their way from one theme to the other are none of ours.
  await page.addStyleTag({ content: '* { transition: none !important }' })
  for (const theme of ['light', 'dark'] as const) {
    await page.evaluate((name) => {
      document.documentElement.dataset.theme = name
    }, theme)
    const scope = { within: ['.history', '.cell-gutter'], colorsOnly: theme === 'dark' }
    const findings = await seriousFindings(page, scope)
    expect(findings, `${view}, ${theme}`).toEqual([])
  }
}

/** Nothing of the panel is wider than the page. */
const overflow = (page: Page): Promise<number> =>
  page.evaluate(() => {
    const body = document.querySelector('.history-body')
    return body === null ? -1 : body.scrollWidth - body.clientWidth
  })

test('axe finds nothing serious in any view of the past', async ({ browser }) => {
  const page = await open(await signedIn(browser, program), program, 'day.ipynb')
  const panel = page.getByRole('region', { name: 'History' })
  await page.getByRole('button', { name: 'Run all', exact: true }).click()
  await expect(outputs(page, 3)).toContainText('AssertionError')
  await typeInto(page, 1, '0')
  await page.getByRole('button', { name: 'Run stale (3)' }).click()
  await expect(outputs(page, 2)).toContainText('y 11')
  await typeInto(page, 1, '0')
  await expect(page.getByRole('button', { name: 'Run stale (3)' })).toBeVisible()
  await outputs(page, 2).getByRole('button', { name: 'Why?' }).click()
  await expect(panel).toContainText('Lineage')
  await passes(page, 'receipt')
  await panel.getByRole('button', { name: 'Compare with the run before' }).click()
  await expect(panel.locator('.text-diff')).toContainText('y 11')
  await passes(page, 'comparison')
  await panel.getByRole('button', { name: 'Back' }).click()
  await panel.getByRole('button', { name: 'Timeline' }).click()
  await expect(panel.getByRole('region', { name: 'The notebook then' })).toContainText('y 11')
  await passes(page, 'timeline')
  await page.locator('[aria-controls=files]').click()
  await page.setViewportSize({ width: 390, height: 844 })
  expect(await overflow(page)).toBeLessThanOrEqual(0)
  await passes(page, 'timeline on a phone')
  await panel.getByRole('button', { name: 'Back' }).click()
  await expect(panel).toContainText('Lineage')
  expect(await overflow(page)).toBeLessThanOrEqual(0)
  await passes(page, 'receipt on a phone')
  await panel.getByRole('button', { name: 'Back' }).click()
  await expect(panel).toContainText('The first run of this notebook')
  await passes(page, 'log on a phone')
  await panel.getByRole('button', { name: 'Table' }).click()
  await passes(page, 'table on a phone')
  await panel.getByRole('button', { name: 'Plot' }).click()
  await expect(panel.getByRole('group', { name: 'Runs by their numbers' })).toBeVisible()
  expect(await overflow(page)).toBeLessThanOrEqual(0)
  await passes(page, 'plot on a phone')
  await panel.getByRole('button', { name: 'Checkpoints' }).click()
  await panel.getByRole('textbox', { name: 'Checkpoint name' }).fill('now')
  await page.keyboard.press('Enter')
  await passes(page, 'checkpoints on a phone')
  await page.setViewportSize({ width: 1440, height: 900 })
  await typeInto(page, 1, '0')
  await saved(page)
  await page.setViewportSize({ width: 390, height: 844 })
  await panel.getByRole('button', { name: 'What changed since' }).click()
  await expect(panel).toContainText('one cell differs')
  expect(await overflow(page)).toBeLessThanOrEqual(0)
  await passes(page, 'changes on a phone')
  await page.setViewportSize({ width: 1440, height: 900 })
  await outputs(page, 1).getByRole('button', { name: 'Why?' }).click()
  await panel.getByRole('button', { name: 'Compare with the run before' }).click()
  await expect(panel.locator('.text-diff .char-insert').first()).toBeVisible()
  await passes(page, 'comparison of code')
})
