/** A notebook is moved, copied and deleted, in the page and outside: its history goes with it. */
import { copyFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, type Page, test } from '@playwright/test'
import { writeNotebook } from '../support/notebook-file.ts'
import { cell, open, outputs, saved, signedIn, typeInto } from '../support/person.ts'
import { discard, newFolder, type Program, runCommand, startProgram } from '../support/program.ts'

let folder: string
let program: Program

test.beforeEach(async () => {
  folder = await newFolder()
  await writeNotebook(folder, 'a.ipynb', ['print(6 * 7)', 'later = 1'])
  program = await startProgram(folder)
})

test.afterEach(async () => {
  await program.stop()
  await discard(folder)
})

const history = (page: Page) => page.getByRole('region', { name: 'History' })
const showHistory = (page: Page) => page.getByRole('button', { name: 'History', exact: true }).click()
const at = (path: string): string => join(folder, path)
async function runFirst(page: Page): Promise<void> {
  await cell(page, 1).getByRole('button', { name: 'Run this cell' }).click()
  await expect(outputs(page, 1)).toContainText('42')
  await saved(page)
}
async function logOf(path: string): Promise<string> {
  const { stdout, stderr, code } = await runCommand(['log', at(path)])
  expect(stderr).toBe('')
  expect(code).toBe(0)
  return stdout
}

test('a rename in the page keeps the notebook on the screen, with its history and what it could undo', async ({
  browser,
}) => {
  const context = await signedIn(browser, program)
  const page = await open(context, program, 'a.ipynb')
  const other = await open(context, program, 'a.ipynb')
  await runFirst(page)
  await typeInto(page, 2, '0')
  await saved(page)
  const row = page.getByRole('treeitem', { name: 'a.ipynb' })
  await row.focus()
  await page.keyboard.press('F2')
  await page.keyboard.press('ControlOrMeta+a')
  await page.keyboard.type('renamed.ipynb')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/\/renamed\.ipynb$/)
  await expect(other).toHaveURL(/\/renamed\.ipynb$/)
  await expect(cell(page, 2)).toContainText('later = 10')
  await cell(page, 2).focus()
  await page.keyboard.press('ControlOrMeta+z')
  await expect(cell(page, 2)).not.toContainText('later = 10')
  await showHistory(page)
  await expect(history(page)).toContainText('print(6 * 7)')
  await page.reload()
  await expect(outputs(page, 1)).toContainText('42')
  await showHistory(page)
  await expect(history(page)).toContainText('print(6 * 7)')
  expect(await logOf('renamed.ipynb')).toContain('print(6 * 7)')
})

test('moved by another program, while the page is open and while no server runs', async ({ browser }) => {
  const context = await signedIn(browser, program)
  const page = await open(context, program, 'a.ipynb')
  await runFirst(page)
  await mkdir(at('deep'))
  await rename(at('a.ipynb'), at('deep/b.ipynb'))
  await expect(page).toHaveURL(/\/deep\/b\.ipynb$/)
  await typeInto(page, 2, '0')
  await saved(page)
  await expect.poll(() => readFile(at('deep/b.ipynb'), 'utf8')).toContain('later = 10')
  await program.stop()
  await rename(at('deep/b.ipynb'), at('c.ipynb'))
  expect(await logOf('c.ipynb'), 'before any server has seen it').toContain('print(6 * 7)')
  program = await startProgram(folder, { port: Number(new URL(program.origin).port) })
  await expect(page, 'the page that was open').toHaveURL(/\/c\.ipynb$/)
  await showHistory(page)
  await expect(history(page)).toContainText('print(6 * 7)')
})

test('a copy begins a history of its own and leads to the first', async ({ browser }) => {
  const page = await open(await signedIn(browser, program), program, 'a.ipynb')
  await runFirst(page)
  await copyFile(at('a.ipynb'), at('copy.ipynb'))
  await page.goto(`${program.origin}/notebooks/copy.ipynb`)
  await showHistory(page)
  await expect(history(page)).toContainText('Copied from a.ipynb')
  await expect(history(page)).not.toContainText('print(6 * 7)')
  expect(await logOf('copy.ipynb')).toBe('copied from a.ipynb\n')
  await history(page).getByRole('link', { name: 'a.ipynb' }).click()
  await expect(page).toHaveURL(/\/a\.ipynb$/)
})

test('a file that is deleted or replaced while it is open: the page says so, and keeps what is typed', async ({
  browser,
}) => {
  const page = await open(await signedIn(browser, program), program, 'a.ipynb')
  await rm(at('a.ipynb'))
  await expect(page.getByText('a.ipynb was deleted or moved out of the project')).toBeVisible()
  await typeInto(page, 2, '0')
  await saved(page)
  await page.getByRole('button', { name: 'Save it again' }).click()
  await expect(page.getByText('Saved as a.ipynb')).toBeVisible()
  await expect.poll(() => readFile(at('a.ipynb'), 'utf8').catch(() => '')).toContain('later = 10')

  await writeNotebook(folder, 'other.ipynb', ['import this', 'that = 2', 'those = 3'])
  await rename(at('other.ipynb'), at('a.ipynb'))
  await expect(page.getByText('Another notebook is at a.ipynb now')).toBeVisible()
  await expect(cell(page, 2)).toContainText('later = 10')
  await page.getByRole('button', { name: 'Open the other one' }).click()
  await expect(cell(page, 1)).toContainText('import this')
  await writeFile(at('noise.txt'), '')
  expect(await readFile(at('a.ipynb'), 'utf8')).toContain('import this')
})

test('deleted in the page: the others read where it is, and unsent edits go into a new notebook', async ({
  browser,
}) => {
  const [ada, bob] = [await signedIn(browser, program), await signedIn(browser, program)]
  const page = await open(ada, program, 'a.ipynb')
  const other = await open(bob, program, 'a.ipynb')
  await cell(other, 1).locator('.monaco-editor').waitFor()
  await bob.setOffline(true)
  await expect(other.getByText('Offline: edits are kept here').first()).toBeVisible()
  await typeInto(other, 2, '0')
  await page.getByRole('treeitem', { name: 'a.ipynb' }).focus()
  await page.keyboard.press('Delete')
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await expect(page.getByText('a.ipynb moved to the trash')).toBeVisible()
  await bob.setOffline(false)
  await expect(other.getByText('a.ipynb was deleted')).toBeVisible()
  await other.getByRole('button', { name: 'Save them in a new notebook' }).click()
  await expect(cell(other, 1)).toContainText('later = 10')
  await expect.poll(() => readFile(at('a.ipynb'), 'utf8').catch(() => '')).toContain('later = 10')
})
