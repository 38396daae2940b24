/** A person goes to the definition of a variable in another cell, sees its references, and renames it everywhere. */
import { expect, test } from '@playwright/test'
import { seriousFindings } from '../support/axe.ts'
import { writeNotebook } from '../support/notebook-file.ts'
import { cell, open, signedIn } from '../support/person.ts'
import { discard, newFolder, startProgram } from '../support/program.ts'

test('definitions, references and a rename go across cells; one undo brings the names back', async ({
  browser,
}) => {
  const folder = await newFolder()
  const cells = ['rate = 0.1\nother = 1', 'def f(rate):\n    return rate', 'print(f"{rate}", other)']
  await writeNotebook(folder, 'a.ipynb', cells)
  const program = await startProgram(folder)
  try {
    const page = await open(await signedIn(browser, program), program, 'a.ipynb')
    await cell(page, 3).locator('.code-editor').click()
    const caretAt = async (offset: number) => {
      await expect(cell(page, 3).locator('.monaco-editor.focused')).toBeVisible()
      await page.keyboard.press('Control+Home')
      for (let step = 0; step < offset; step++) await page.keyboard.press('ArrowRight')
    }
    await caretAt('print(f"{ra'.length)
    await page.keyboard.press('F2')
    const dialog = page.getByRole('dialog', { name: 'Rename rate' })
    await dialog.getByLabel('New name').fill('other')
    await expect(dialog.getByRole('status')).toHaveText('other is used in cell 1 already.')
    await expect(dialog.getByRole('button', { name: 'Rename' })).toHaveCount(0)
    await dialog.getByLabel('New name').fill('speed')
    await expect(dialog.getByRole('status')).toHaveText('2 places in 2 cells change')
    await expect(dialog.getByRole('listitem').first()).toContainText('Cell 1, line 1')
    expect(await seriousFindings(page)).toEqual([])
    await page.keyboard.press('Enter')
    await expect(cell(page, 1)).toContainText('speed = 0.1')
    await expect(cell(page, 3)).toContainText('print(f"{speed}", other)')
    await expect(cell(page, 2)).toContainText('def f(rate)')

    await cell(page, 3).locator('.code-editor').click()
    await caretAt('print(f"{sp'.length)
    await page.keyboard.press('Shift+F12')
    const references = page.getByRole('dialog', { name: 'References of speed' })
    await expect(references.getByRole('listitem')).toHaveCount(2)
    await references.getByRole('button', { name: 'Close' }).click()
    await cell(page, 3).locator('.code-editor').click()
    await caretAt('print(f"{sp'.length)
    await page.keyboard.press('F12')
    await expect(cell(page, 1).locator('.monaco-editor.focused')).toBeVisible()
    await page.keyboard.type('x')
    await expect(cell(page, 1)).toContainText('xspeed = 0.1')
    await page.keyboard.press('Control+z')
    await expect(cell(page, 1)).not.toContainText('xspeed')
    await page.keyboard.press('Control+z')
    await expect(cell(page, 1)).toContainText('rate = 0.1')
    await expect(cell(page, 3)).toContainText('{rate}')
  } finally {
    await program.stop()
    await discard(folder)
  }
})
