/** A person handles files in the list at the left, and sees that it worked. */
import { access } from 'node:fs/promises'
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
