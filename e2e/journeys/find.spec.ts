/** Something is found in sources and outputs, shown where it is, and replaced in one step for undo. */
import { expect, test } from '@playwright/test'
import { writeNotebook } from '../support/notebook-file.ts'
import { cell, open, outputs, signedIn } from '../support/person.ts'
import { discard, newFolder, type Program, startProgram } from '../support/program.ts'

let folder: string
let program: Program

test.beforeEach(async () => {
  folder = await newFolder()
  await writeNotebook(folder, 'words.ipynb', [
    'rate = 3\nprint("the rate is", rate)',
    ...Array.from({ length: 60 }, (_, n) => `value_${n} = ${n}`),
    'total = rate * 2',
  ])
  program = await startProgram(folder)
})

test.afterEach(async () => {
  await program.stop()
  await discard(folder)
})

test('found in source and output, far away, replaced with a regex, undone', async ({ browser }) => {
  const page = await open(await signedIn(browser, program), program, 'words.ipynb')
  await cell(page, 1).getByRole('button', { name: 'Run this cell' }).click()
  await expect(outputs(page, 1)).toContainText('the rate is 3')
  await page.keyboard.press('ControlOrMeta+f')
  const bar = page.getByRole('search')
  const what = bar.getByRole('textbox', { name: 'Find', exact: true })
  // At once: what is typed behind the key goes into the field, and never to the cells.
  await page.keyboard.type('rate')
  await expect(what).toHaveValue('rate')
  await expect(bar.getByRole('status')).toHaveText('5 matches')
  await expect(cell(page, 1).locator('.found')).toHaveCount(3)
  const highlights = () => page.evaluate(() => CSS.highlights.get('found')?.size ?? 0)
  await expect.poll(highlights).toBeGreaterThanOrEqual(5)

  await page.keyboard.press('Shift+Enter')
  await expect(bar.getByRole('status')).toHaveText('5 of 5')
  await expect(cell(page, 62)).toBeInViewport()
  await expect(what).toBeFocused()

  await bar.getByRole('button', { name: 'Regular expression' }).click()
  await what.fill('(')
  await expect(bar.getByRole('status')).toContainText('Invalid regular expression')
  await what.fill('ra(te)\\b')
  await bar.getByRole('checkbox', { name: 'Search outputs' }).uncheck()
  await expect(bar.getByRole('status')).toHaveText('4 matches')
  await bar.getByRole('button', { name: 'Replace…' }).click()
  await bar.getByRole('textbox', { name: 'Replace with' }).fill('pa$1')
  await bar.getByRole('button', { name: 'Replace all' }).click()
  await expect(cell(page, 62)).toContainText('total = pate * 2')
  await expect(bar.getByRole('status')).toHaveText('Nothing found.')
  await what.press('Escape')
  await expect(bar).toHaveCount(0)
  await page.keyboard.press('z')
  await expect(cell(page, 62)).toContainText('total = rate * 2')
  await expect(cell(page, 1)).toContainText('the rate is')
})

test('an error leads to the lines of the cells that it came through', async ({ browser }) => {
  await writeNotebook(folder, 'fails.ipynb', ['def half(x):\n    return x / 0', 'half(1)'])
  const page = await open(await signedIn(browser, program), program, 'fails.ipynb')
  await cell(page, 1).getByRole('button', { name: 'Run this cell' }).click()
  await cell(page, 2).getByRole('button', { name: 'Run this cell' }).click()
  await outputs(page, 2).getByRole('button', { name: 'Cell 1, line 2' }).click()
  await page.keyboard.type('# ')
  await expect(cell(page, 1)).toContainText('#     return x / 0')
})
