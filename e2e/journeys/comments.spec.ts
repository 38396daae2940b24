/** Two people discuss a stretch of code: seen live, answered, resolved, and still in its place when the cell moves. */
import { expect, type Page, test } from '@playwright/test'
import { seriousFindings } from '../support/axe.ts'
import { writeNotebook } from '../support/notebook-file.ts'
import { cell, open, outputs, signedIn, typeInto } from '../support/person.ts'
import { discard, newFolder, type Program, startProgram } from '../support/program.ts'

let folder: string
let program: Program

test.beforeEach(async () => {
  folder = await newFolder()
  await writeNotebook(folder, 'talk.ipynb', [
    'mass = 3',
    'weight = mass * 9.81\nprint(weight)',
    'done = True',
  ])
  program = await startProgram(folder)
})

test.afterEach(async () => {
  await program.stop()
  await discard(folder)
})

async function named(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: /Say who you are/ }).click()
  const dialog = page.getByRole('dialog', { name: 'Who you are' })
  await dialog.getByLabel('Your name').fill(name)
  await dialog.getByRole('button', { name: 'Save' }).click()
  await expect(dialog).toBeHidden()
}

const panelOf = (page: Page) => page.getByRole('region', { name: 'Comments' })

test('a comment on a selection, with a mention, is answered, resolved, and follows its cell', async ({
  browser,
}) => {
  const [ada, bob] = [await signedIn(browser, program), await signedIn(browser, program)]
  const other = await open(bob, program, 'talk.ipynb')
  await named(other, 'Bob Brown')
  const page = await open(ada, program, 'talk.ipynb')
  await named(page, 'Ada')

  await cell(page, 2).locator('.code-editor').click()
  await expect(cell(page, 2).locator('.monaco-editor.focused')).toBeVisible()
  await page.keyboard.press('ControlOrMeta+Home')
  for (const _ of 'weight = ') await page.keyboard.press('ArrowRight')
  for (const _ of 'mass') await page.keyboard.press('Shift+ArrowRight')
  await page.keyboard.press('ControlOrMeta+Alt+m')
  const field = panelOf(page).getByRole('combobox', { name: 'Comment' })
  await expect(field).toBeFocused()
  await field.pressSequentially('Kilograms? @bro')
  await expect(panelOf(page).getByRole('option', { name: 'Bob Brown' })).toBeVisible()
  await page.keyboard.press('Enter')
  await expect(field).toHaveValue('Kilograms? @Bob Brown ')
  expect(await seriousFindings(page, { within: ['.comments'] })).toEqual([])
  await page.keyboard.press('ControlOrMeta+Enter')
  await expect(panelOf(page).getByRole('article', { name: 'Thread of Ada' })).toContainText('Kilograms?')
  await expect(cell(page, 2).locator('.commented')).toHaveText('mass')

  await expect(other.getByText('Ada mentions you in a comment.')).toBeVisible()
  const mark = cell(other, 2).getByRole('button', { name: '1 comment thread, 1 unread' })
  // Bob reads and answers on a phone.
  await other.setViewportSize({ width: 390, height: 844 })
  await mark.click()
  const thread = panelOf(other).getByRole('article', { name: 'Thread of Ada' })
  await expect(thread).toBeFocused()
  await expect(cell(other, 2).getByRole('button', { name: '1 comment thread', exact: true })).toBeVisible()
  await thread.getByRole('button', { name: 'Reply' }).click()
  await other.keyboard.type('Yes, *kilograms*.')
  const { x, width } = (await panelOf(other).boundingBox()) ?? { x: -1, width: 391 }
  expect([x >= 0, x + width <= 390]).toEqual([true, true])
  expect(await other.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
  expect(await seriousFindings(other, { within: ['.comments'] })).toEqual([])
  await other.keyboard.press('ControlOrMeta+Enter')
  await expect(panelOf(page).getByRole('emphasis')).toHaveText('kilograms')
  await other.setViewportSize({ width: 1440, height: 900 })

  await cell(page, 2).locator('.cell-count').click()
  await page.keyboard.press('ControlOrMeta+Shift+ArrowDown')
  await expect(cell(other, 3)).toContainText('weight')
  await thread.getByRole('button', { name: 'Code of cell 3' }).click()
  await expect(cell(other, 3).locator('.commented')).toHaveText('mass')
  expect(await seriousFindings(other, { within: ['.comments'] })).toEqual([])

  await panelOf(page).getByRole('button', { name: 'Resolve', exact: true }).click()
  await expect(thread).toHaveCount(0)
  await panelOf(other).getByRole('button', { name: 'Resolved' }).click()
  await expect(thread).toContainText('Resolved by Ada')
  await expect(cell(other, 3).getByRole('button', { name: /comment thread/ })).toHaveCount(0)

  // What both did is in the activity, which leads there; each cell says who edited it.
  await cell(page, 3).focus()
  await page.keyboard.press('Shift+a')
  const activity = page.getByRole('region', { name: 'History' })
  await expect(activity.getByRole('heading', { name: 'Activity' })).toBeFocused()
  const line = (words: string) => activity.getByRole('button', { name: words })
  await expect(line('Ada resolved a thread')).toBeVisible()
  await expect(line('Bob Brown replied')).toContainText('Yes, *kilograms*.')
  await typeInto(other, 1, ' * 2')
  await expect(line('Bob Brown edited')).toContainText('Cell 1')
  expect(await seriousFindings(page, { within: ['.activity'] })).toEqual([])
  await expect(cell(page, 1).getByText('Edited by Bob Brown')).toHaveCount(0)
  await cell(page, 3).focus()
  await page.keyboard.press('Shift+b')
  await expect(cell(page, 1).getByText('Edited by Bob Brown')).toBeVisible()
  await line('Ada commented').click()
  await expect(panelOf(page).getByRole('article', { name: 'Thread of Ada' })).toBeVisible()
})

test('comments on an output and on a run lead back to them, also after the cell ran again', async ({
  browser,
}) => {
  const [ada, bob] = [await signedIn(browser, program), await signedIn(browser, program)]
  const page = await open(ada, program, 'talk.ipynb')
  await named(page, 'Ada')
  const other = await open(bob, program, 'talk.ipynb')
  await named(other, 'Bob Brown')
  for (const n of [1, 2]) await cell(page, n).getByRole('button', { name: 'Run this cell' }).click()
  await expect(outputs(page, 2)).toContainText('29.43')

  await outputs(page, 2).hover()
  await cell(page, 2).getByRole('button', { name: 'Comment on this output' }).click()
  const field = panelOf(page).getByRole('combobox', { name: 'Comment' })
  await expect(field).toBeFocused()
  await page.keyboard.type('Newtons, so far.')
  await page.keyboard.press('ControlOrMeta+Enter')
  const onOutput = panelOf(other).getByRole('article', { name: 'Thread of Ada' })
  await cell(other, 2).getByRole('button', { name: '1 comment thread, 1 unread' }).click()
  await expect(onOutput).toContainText('Newtons, so far.')

  // Bob comments on the run itself, from its receipt; Ada runs the cell again.
  await outputs(other, 2).hover()
  await cell(other, 2).getByRole('button', { name: 'Why?' }).click()
  await other.locator('.receipt-verbs').getByRole('button', { name: 'Comment' }).click()
  await other.keyboard.type('Keep this one.')
  await other.keyboard.press('ControlOrMeta+Enter')
  await typeInto(page, 1, ' * 2')
  for (const n of [1, 2]) await cell(page, n).getByRole('button', { name: 'Run this cell' }).click()
  await expect(outputs(page, 2)).toContainText('58.86')

  const onRun = panelOf(page).getByRole('article', { name: 'Thread of Bob Brown' })
  await onRun.getByRole('button', { name: 'A run of cell 2' }).click()
  const receipt = page.getByRole('region', { name: 'History' })
  await expect(receipt).toContainText('29.43')
  await expect(receipt).not.toContainText('58.86')
  await onOutput.getByRole('button', { name: 'Output of cell 2' }).click()
  await expect(outputs(other, 2)).toBeInViewport()
})
