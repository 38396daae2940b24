/** Two people in one notebook see each other; the kernel helps with what they write, also while it works. */
import { expect, test } from '@playwright/test'
import { writeNotebook } from '../support/notebook-file.ts'
import { cell, freshLink, open, outputs, signedIn } from '../support/person.ts'
import { discard, newFolder, type Program, startProgram } from '../support/program.ts'

let folder: string
let program: Program

test.beforeEach(async () => {
  folder = await newFolder()
  await writeNotebook(folder, 'pair.ipynb', [
    'first = 1',
    'def weigh(mass, gravity=9.81):\n    "Newtons."\n    return mass * gravity',
    'import time\nprint("begun", flush=True)\ntime.sleep(20)',
    '',
    ...Array.from({ length: 30 }, (_, n) => `value_${n} = ${n}`),
  ])
  program = await startProgram(folder)
})

test.afterEach(async () => {
  await program.stop()
  await discard(folder)
})

test('faces, names at cells, carets, following, leaving', async ({ browser }) => {
  const [ada, bob] = [await signedIn(browser, program), await signedIn(browser, program)]
  const page = await open(ada, program, 'pair.ipynb')
  const other = await open(bob, program, 'pair.ipynb')
  const faces = page.getByRole('list', { name: 'Here now' }).getByRole('button')
  await expect(faces).toHaveCount(1)

  await cell(page, 1).locator('.monaco-editor').waitFor()
  await cell(other, 1).locator('.code-editor').click()
  await other.keyboard.press('End')
  await expect(cell(page, 1).getByRole('list', { name: 'In this cell' })).toBeVisible()
  await expect(cell(page, 1).locator('.remote-caret')).toBeVisible()
  await other.keyboard.type(' + 1')
  await expect(page.getByRole('button', { name: /in cell 1, typing/ })).toBeVisible()
  await cell(page, 1).locator('.cell-count').click()
  await expect(cell(page, 1).getByText(/^Edited by /)).toBeVisible()
  await other.keyboard.press('Shift+Home')
  await expect(cell(page, 1).locator('[class*=selection-]').first()).toBeVisible()

  await faces.first().click()
  await expect(page.getByText(/^Following .*Escape or scrolling ends it/)).toBeVisible()
  await cell(other, 30).scrollIntoViewIfNeeded()
  await cell(other, 30).locator('.code-editor').click()
  await expect(cell(page, 30)).toBeInViewport()

  await bob.close()
  await expect(page.getByRole('list', { name: 'Here now' })).toHaveCount(0)
  await expect(page.locator('.remote-caret')).toHaveCount(0)
})

test('completion, signature and inspection come from the kernel, also while a cell runs', async ({
  browser,
}) => {
  const page = await open(await signedIn(browser, program), program, 'pair.ipynb')
  await cell(page, 2).getByRole('button', { name: 'Run this cell' }).click()
  await cell(page, 3).getByRole('button', { name: 'Run this cell' }).click()
  await expect(outputs(page, 3)).toContainText('begun')

  await cell(page, 4).locator('.code-editor').click()
  await page.keyboard.type('wei')
  await page.keyboard.press('Tab')
  await expect(page.locator('.suggest-widget')).toContainText('weigh')
  await page.keyboard.press('Enter')
  await expect(cell(page, 4)).toContainText('weigh')
  await page.keyboard.type('(3,')
  await expect(page.locator('.parameter-hints-widget')).toContainText('gravity=9.81')
  await page.keyboard.press('Escape')
  for (const _ of '(3,') await page.keyboard.press('Backspace')
  await page.keyboard.press('Shift+Tab')
  await expect(page.locator('.monaco-hover').filter({ hasText: 'Newtons' })).toBeVisible()
  await expect(cell(page, 3).getByText('[*]')).toBeVisible()
})

test('a person says who they are: the others see it at once, at runs too, and the browser remembers it', async ({
  browser,
}) => {
  const [ada, bob] = [await signedIn(browser, program), await signedIn(browser, program)]
  const page = await open(ada, program, 'pair.ipynb')
  const other = await open(bob, program, 'pair.ipynb')
  await other.getByRole('button', { name: /Say who you are/ }).click()
  const dialog = other.getByRole('dialog', { name: 'Who you are' })
  await dialog.getByLabel('Your name').fill('Bob Brown')
  await dialog.getByLabel('Colour 4').check()
  await dialog.getByRole('button', { name: 'Save' }).click()
  await expect(other.getByRole('button', { name: /You are Bob Brown/ })).toBeVisible()
  await expect(page.getByRole('button', { name: 'Follow Bob Brown' })).toHaveCSS(
    'background-color',
    'rgb(43, 138, 62)',
  )
  await cell(other, 1).getByRole('button', { name: 'Run this cell' }).click()
  await expect(cell(page, 1)).toContainText('Bob Brown')
  await cell(other, 3).getByRole('button', { name: 'Run this cell' }).click()
  await expect(page.getByRole('button', { name: /^Follow Bob Brown, .*running/ })).toBeVisible()
  await other.getByRole('button', { name: 'Interrupt' }).first().click()
  await expect(page.getByRole('button', { name: /^Follow Bob Brown, .*running/ })).toHaveCount(0)
  // A project that does not know him yet: the cookie is gone, the browser is the same.
  await bob.clearCookies()
  await other.goto(await freshLink(program))
  await expect(other.getByRole('button', { name: /You are Bob Brown/ })).toBeVisible()
})
