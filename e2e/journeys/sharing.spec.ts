/** A role for one folder: given, lowered while the page is open, and hidden. A public link: opened, and revoked. */

import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { seriousFindings } from '../support/axe.ts'
import { writeNotebook } from '../support/notebook-file.ts'
import { cell, entered, open, outputs } from '../support/person.ts'
import { discard, newFolder, type Program, startProgram } from '../support/program.ts'

let folder: string
let program: Program

test.beforeEach(async () => {
  folder = await newFolder()
  await mkdir(join(folder, 'lab'))
  await writeNotebook(folder, 'lab/team.ipynb', ['print("from " + "the kernel")\n"another " + "output"'])
  await writeNotebook(folder, 'other.ipynb', ['1'])
  program = await startProgram(folder)
})
test.afterEach(async () => {
  await program.stop()
  await discard(folder)
})

const WCAG = { tags: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'], colorsOnly: false }

test('an invitation to a folder shows it alone; a lower role and a hidden folder take effect on the open page', async ({
  browser,
}) => {
  const owner = await entered(browser, program)
  await owner.goto(`${program.origin}/notebooks/lab/team.ipynb`)
  await owner.getByRole('button', { name: 'Share', exact: true }).click()
  const dialog = owner.getByRole('dialog', { name: 'Share this project' })
  await dialog.getByRole('combobox', { name: 'Share', exact: true }).selectOption({ label: 'The folder lab' })
  await dialog.getByRole('combobox', { name: 'Role', exact: true }).selectOption('editor')
  await dialog.getByRole('button', { name: 'Create link' }).click()
  const link = await dialog.getByRole('textbox', { name: 'Invitation link' }).inputValue()
  expect(await seriousFindings(owner, WCAG), 'share dialog').toEqual([])

  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  const first = await context.newPage()
  await first.goto(link)
  await first.getByLabel('Your name').fill('Grace Hopper')
  await first.getByLabel('A password').fill('correct horse battery')
  await first.getByRole('button', { name: 'Join' }).click()
  await expect(first.getByRole('treeitem', { name: 'lab' })).toBeVisible()
  await expect(first.getByRole('treeitem', { name: 'other.ipynb' })).toHaveCount(0)
  await first.goto(`${program.origin}/notebooks/other.ipynb`)
  await expect(first.getByRole('heading', { name: 'There is no notebook here' })).toBeVisible()
  await expect(first.getByText(/Ask for access: /)).toBeVisible()
  await first.close()

  const page = await open(context, program, 'lab/team.ipynb')
  await expect(page.getByText('Editor', { exact: true })).toBeVisible()
  await expect(page.getByRole('button', { name: 'Run all', exact: true })).toHaveCount(0)

  await owner.keyboard.press('Escape')
  await owner.getByRole('button', { name: 'Share', exact: true }).click()
  await dialog.getByRole('combobox', { name: 'Share', exact: true }).selectOption({ label: 'The folder lab' })
  const role = dialog.getByRole('combobox', { name: 'Role of Grace Hopper' })
  await role.selectOption('viewer')
  await expect(page.getByText('Viewer', { exact: true })).toBeVisible()
  await expect(cell(page, 1)).toBeVisible()
  await role.selectOption('none')
  await expect(page.getByRole('heading', { name: 'There is no notebook here' })).toBeVisible()
  await expect(page.getByText('from the kernel')).toHaveCount(0)
  await context.close()
})

test('a public link shows one result to a browser that is not signed in, until it is revoked', async ({
  browser,
}) => {
  const owner = await entered(browser, program)
  await owner.goto(`${program.origin}/notebooks/lab/team.ipynb`)
  await cell(owner, 1).getByRole('button', { name: 'Run this cell' }).click()
  await expect(outputs(owner, 1)).toContainText('from the kernel')
  await outputs(owner, 1).hover()
  await outputs(owner, 1).getByRole('button', { name: 'Copy public link…' }).first().click()
  const dialog = owner.getByRole('dialog', { name: 'Public link' })
  await dialog.getByRole('button', { name: 'Create and copy' }).click()
  const link = await dialog.getByRole('textbox', { name: 'Public link' }).inputValue()
  expect(await seriousFindings(owner, WCAG), 'public link dialog').toEqual([])

  const stranger = await browser.newContext({ viewport: { width: 390, height: 800 } })
  const page = await stranger.newPage()
  await page.goto(link)
  await expect(page.getByText('from the kernel')).toBeVisible()
  await expect(page.getByText('print(')).toHaveCount(0)
  await expect(page.getByText('another output'), 'one output alone').toHaveCount(0)
  expect(await stranger.cookies()).toEqual([])
  const answer = await stranger.request.get(`${program.origin}/api/files`, { headers: { referer: link } })
  expect(answer.status()).toBe(401)

  await owner.keyboard.press('Escape')
  await owner.getByRole('button', { name: 'Share', exact: true }).click()
  await owner.getByRole('button', { name: 'Revoke the public link of team' }).click()
  await expect(owner.getByRole('button', { name: 'Revoke the public link of team' })).toHaveCount(0)
  await page.reload()
  await expect(page.getByRole('heading', { name: 'This link is not valid' })).toBeVisible()
  await stranger.close()
})
