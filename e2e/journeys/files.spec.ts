/** A person handles files in the list at the left, and sees that it worked. */
import { access, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { writeNotebook } from '../support/notebook-file.ts'
import { open, signedIn } from '../support/person.ts'
import { discard, newFolder, type Program, startProgram } from '../support/program.ts'

let folder: string
let program: Program

test.beforeEach(async () => {
  folder = await newFolder()
  await writeNotebook(folder, 'a.ipynb', ['x = 1'])
  await writeNotebook(folder, 'b.ipynb', ['y = 2'])
  program = await startProgram(folder)
})

test.afterEach(async () => {
  await program.stop()
  await discard(folder)
})

test('a deletion says that it worked, and nothing else', async ({ browser }) => {
  const page = await open(await signedIn(browser, program), program, 'a.ipynb')
  const row = page.getByRole('treeitem', { name: 'b.ipynb' })
  await row.focus()
  await page.keyboard.press('Delete')
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await expect(page.getByText('b.ipynb moved to the trash')).toBeVisible()
  await expect(page.locator('.notice-error')).toHaveCount(0)
  await expect(row).toHaveCount(0)
  await expect(access(join(folder, 'b.ipynb'))).rejects.toThrow()
})

test('a text file is edited, saved, and not overwritten when another program changed it', async ({
  browser,
}) => {
  const path = join(folder, 'train.py')
  await writeFile(path, 'lr = 0.1\r\nsteps = 3\r\n', { mode: 0o755 })
  const page = await open(await signedIn(browser, program), program, 'a.ipynb')
  await page.getByRole('button', { name: 'Refresh' }).click()
  await page.getByRole('treeitem', { name: 'train.py' }).click()
  const view = page.getByRole('region', { name: 'train.py' })
  const editor = view.locator('.monaco-editor').first()
  await expect(editor).toContainText('steps')
  await expect(view.getByRole('status')).toHaveText('Saved')
  await page.keyboard.press('ControlOrMeta+Home')
  await page.keyboard.type('# mine\n')
  await expect(view.getByRole('status')).toHaveText('Not saved yet')

  await test.step('leaving asks first', async () => {
    await page.getByRole('treeitem', { name: 'b.ipynb' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
    await expect(view).toBeVisible()
  })

  await editor.locator('.view-lines').click()
  await page.keyboard.press('ControlOrMeta+s')
  await expect(view.getByRole('status')).toHaveText('Saved')
  expect(await readFile(path, 'utf8')).toBe('# mine\r\nlr = 0.1\r\nsteps = 3\r\n')

  await test.step('a change by another program is kept until the person decides', async () => {
    await page.keyboard.press('ControlOrMeta+Home')
    await page.keyboard.type('# again\n')
    await writeFile(path, 'theirs\n')
    await view.getByRole('button', { name: 'Save', exact: true }).click()
    await expect(view.getByRole('alert')).toContainText('was changed or removed on disk')
    expect(await readFile(path, 'utf8')).toBe('theirs\n')
    await view.getByRole('button', { name: 'Open it again' }).click()
    await expect(editor).toContainText('theirs')
    await expect(view.getByRole('status')).toHaveText('Saved')
  })
})
