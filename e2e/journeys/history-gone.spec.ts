/** The folder of the history is removed while people work: the page says so, and no edit is lost. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { seriousFindings } from '../support/axe.ts'
import { writeNotebook } from '../support/notebook-file.ts'
import { cell, open, outputs, saved, signedIn, typeInto } from '../support/person.ts'
import { discard, newFolder, runCommand, startProgram } from '../support/program.ts'

test('a history that was removed is missed at once, and written again with all edits', async ({
  browser,
}) => {
  const folder = await newFolder()
  await writeNotebook(folder, 'a.ipynb', ['x = 41', 'print(x + 1)'])
  let program = await startProgram(folder)
  try {
    const page = await open(await signedIn(browser, program), program, 'a.ipynb')
    await typeInto(page, 1, ' # before')
    await page.keyboard.press('Control+Enter')
    await expect(cell(page, 1)).toContainText('Done')
    await saved(page)
    await rm(join(folder, '.yesterday'), { recursive: true, maxRetries: 5 })
    const bar = page.getByRole('alert', { name: 'State of the history' })
    await expect(bar).toContainText('Edits and runs are not saved')
    await expect(page.getByText('Not saved', { exact: true }).first()).toBeVisible()
    expect(program.printed()).toContain('was removed while it was open')
    await typeInto(page, 2, ' # while it was gone')
    await expect(page.getByText('Saved', { exact: true })).toBeHidden()
    expect(await seriousFindings(page, { within: ['.app-bars'] })).toEqual([])
    await bar.getByRole('button', { name: 'Write the history again' }).click()
    await expect(bar).toBeHidden()
    await saved(page)
    await cell(page, 2).locator('.code-editor').click()
    await page.keyboard.press('Control+Enter')
    await expect(outputs(page, 2)).toContainText('42')
    await page.context().close()
    await program.kill()
    const { code, stdout } = await runCommand(['fsck', '--root', folder])
    expect(stdout).not.toContain('breaks')
    expect(code).toBe(0)
    program = await startProgram(folder)
    const again = await open(await signedIn(browser, program), program, 'a.ipynb')
    await expect(cell(again, 1)).toContainText('x = 41 # before')
    await expect(cell(again, 2)).toContainText('print(x + 1) # while it was gone')
    const log = await runCommand(['log', '--root', folder])
    expect(log.stdout).toContain('print(x + 1) # while it was gone')
  } finally {
    await program.stop()
    await discard(folder)
  }
})
