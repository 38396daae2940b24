/** A team on one server: invited by a link, signed in by name and password, as a viewer and as a runner, and removed. */
import { type Browser, type BrowserContext, expect, type Page, test } from '@playwright/test'
import { seriousFindings } from '../support/axe.ts'
import { writeNotebook } from '../support/notebook-file.ts'
import { cell, entered, open, outputs } from '../support/person.ts'
import { discard, newFolder, type Program, startProgram } from '../support/program.ts'

let folder: string
let program: Program

test.beforeEach(async () => {
  folder = await newFolder()
  await writeNotebook(folder, 'team.ipynb', ['print("from " + "the kernel")'])
  program = await startProgram(folder)
})
test.afterEach(async () => {
  await program.stop()
  await discard(folder)
})

const PASSWORD = 'correct horse battery'
const WCAG = { tags: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'], colorsOnly: false }

async function invite(owner: Page, role: string): Promise<string> {
  await owner.getByRole('button', { name: 'Share', exact: true }).click()
  const dialog = owner.getByRole('dialog', { name: 'Share this project' })
  await dialog.getByRole('combobox', { name: 'Role', exact: true }).selectOption(role)
  await dialog.getByRole('button', { name: 'Create link' }).click()
  return dialog.getByRole('textbox', { name: 'Invitation link' }).inputValue()
}

async function join(browser: Browser, link: string, name: string): Promise<BrowserContext> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  const page = await context.newPage()
  await page.goto(link)
  await page.getByLabel('Your name').fill(name)
  await page.getByLabel('A password').fill(PASSWORD)
  await page.getByRole('button', { name: 'Join' }).click()
  await expect(page.getByRole('link', { name: /team/ }).first()).toBeVisible()
  await page.close()
  return context
}

test('invite, join, sign in; a viewer cannot run, a runner can; a removed member is out at once', async ({
  browser,
}) => {
  const owner = await entered(browser, program)
  const link = await invite(owner, 'viewer')
  expect(await seriousFindings(owner, WCAG), 'share dialog').toEqual([])
  await expect(owner.getByText('1 open invitation')).toBeVisible()

  const grace = await join(browser, link, 'Grace Hopper')
  const page = await open(grace, program, 'team.ipynb')
  await expect(page.getByText('Viewer', { exact: true })).toBeVisible()
  for (const name of ['Run this cell', 'Run all', 'New notebook', 'Share'])
    await expect(page.getByRole('button', { name, exact: true }), name).toHaveCount(0)
  await cell(page, 1).focus()
  await page.keyboard.press('b')
  await page.keyboard.press('Shift+Enter')
  await expect(page.getByRole('article')).toHaveCount(1)

  // Signing out, and in again by name and password, leads back to the notebook.
  await page.getByRole('button', { name: /You are Grace Hopper/ }).click()
  await page.getByRole('button', { name: 'Sign out', exact: true }).click()
  await expect(page.getByRole('heading', { name: /Sign in/ })).toBeVisible()
  await page.goto(`${program.origin}/notebooks/team.ipynb`)
  await page.getByLabel('Name').fill('grace hopper')
  await page.getByLabel('Password').fill('wrong password')
  await page.getByRole('button', { name: 'Sign in' }).first().click()
  await expect(page.getByRole('alert')).toHaveText('The name or the password is wrong.')
  await page.getByLabel('Password').fill(PASSWORD)
  await page.getByRole('button', { name: 'Sign in' }).first().click()
  await expect(cell(page, 1)).toBeVisible()

  // Another role takes effect on the open page.
  const members = owner.getByRole('dialog', { name: 'Share this project' })
  await owner.keyboard.press('Escape')
  await owner.getByRole('button', { name: 'Share', exact: true }).click()
  await members.getByRole('combobox', { name: 'Role of Grace Hopper' }).selectOption('runner')
  await cell(page, 1).getByRole('button', { name: 'Run this cell' }).click()
  await expect(outputs(page, 1)).toContainText('from the kernel')

  await members.getByRole('button', { name: 'Remove Grace Hopper' }).click()
  await members.getByRole('button', { name: 'Remove Grace Hopper now?' }).click()
  await expect(page.getByRole('heading', { name: /Sign in/ })).toBeVisible()
  await expect(members.getByText('Grace Hopper')).toHaveCount(0)
  const answer = await grace.request.get(`${program.origin}/api/files`)
  expect(answer.status()).toBe(401)
  await grace.close()
})
