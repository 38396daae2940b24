/** A person handles files in the list at the left, and sees that it worked. */
import { access, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { seriousFindings } from '../support/axe.ts'
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

test('a deletion says that it worked, and nothing else; what was deleted is put back', async ({
  browser,
}) => {
  const page = await open(await signedIn(browser, program), program, 'a.ipynb')
  const row = page.getByRole('treeitem', { name: 'b.ipynb' })
  await row.focus()
  await page.keyboard.press('Delete')
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await expect(page.getByText('b.ipynb moved to the trash')).toBeVisible()
  await expect(page.locator('.notice-error')).toHaveCount(0)
  await expect(row).toHaveCount(0)
  await expect(access(join(folder, 'b.ipynb'))).rejects.toThrow()

  await page.getByRole('button', { name: 'Deleted files' }).click()
  const dialog = page.getByRole('dialog', { name: 'Deleted files' })
  await expect(dialog.getByText('b.ipynb')).toBeVisible()
  expect(await seriousFindings(page, { within: ['.dialog'] })).toEqual([])
  await dialog.getByRole('button', { name: 'Put b.ipynb back' }).click()
  await expect(dialog).toContainText('Nothing was deleted.')
  await dialog.getByRole('button', { name: 'Close' }).click()
  await expect(row).toBeVisible()
  await access(join(folder, 'b.ipynb'))
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

test('rows and pages of files are shown, and rows can be edited as text', async ({ browser }) => {
  await writeFile(join(folder, 'births.csv'), 'year,births\n1994,3952767\n1995,3899589\n')
  await writeFile(join(folder, 'report.pdf'), onePage('Births fell in 1995'))
  const context = await signedIn(browser, program)
  const page = await context.newPage()
  await page.goto(`${program.origin}/notebooks/births.csv`)
  const rows = page.getByRole('region', { name: 'births.csv' })
  await expect(rows.getByText('3899589')).toBeVisible()
  await rows.getByRole('button', { name: 'Edit as text' }).click()
  await expect(rows.locator('.monaco-editor').first()).toContainText('1994,3952767')

  await page.goto(`${program.origin}/notebooks/report.pdf`)
  const drawn = page.getByRole('article', { name: 'Page 1 of 1' })
  await expect(drawn.getByText('Births fell in 1995')).toBeAttached()
})

/** A PDF of one page with a line of text. */
function onePage(text: string): string {
  const stream = `BT /F1 24 Tf 40 100 Td (${text}) Tj ET`
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 400 200] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    `<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ]
  const body = objects.map((object, place) => `${place + 1} 0 obj\n${object}\nendobj\n`).join('')
  return `%PDF-1.4\n${body}trailer\n<< /Root 1 0 R >>\n%%EOF\n`
}
