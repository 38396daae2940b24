/** What one cell holds never takes the notebook away, neither from its writer nor from the others. */
import { expect, test } from '@playwright/test'
import { writeNotebook } from '../support/notebook-file.ts'
import { cell, open, signedIn, typeInto } from '../support/person.ts'
import { discard, newFolder, type Program, startProgram } from '../support/program.ts'

let folder: string
let program: Program
test.beforeEach(async () => {
  folder = await newFolder()
  await writeNotebook(folder, 'pair.ipynb', ['first = 1', { markdown: '# Notes' }, 'last = 3'])
  program = await startProgram(folder)
})
test.afterEach(async () => {
  await program.stop()
  await discard(folder)
})

test('an attachment whose name cannot be decoded leaves both notebooks whole', async ({ browser }) => {
  const page = await open(await signedIn(browser, program), program, 'pair.ipynb')
  const other = await open(await signedIn(browser, program), program, 'pair.ipynb')
  await cell(page, 2).dblclick()
  await expect(cell(page, 2).locator('.monaco-editor.focused')).toBeVisible()
  await page.keyboard.press('ControlOrMeta+End')
  await page.keyboard.type('\n\n![x](attachment:caf%E9.png)')
  await page.keyboard.press('Escape')
  for (const one of [page, other]) {
    await expect(cell(one, 2)).toContainText('The attachment café.png is missing')
    await expect(one.getByRole('article')).toHaveCount(3)
  }
  await typeInto(other, 3, ' + 1')
  await expect(cell(page, 3)).toContainText('last = 3 + 1')
  await page.reload()
  await expect(cell(page, 2)).toContainText('The attachment café.png is missing')
})
