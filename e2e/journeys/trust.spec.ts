/** Two questions that the page asks before it runs anything: is this folder trusted, and which kernel is it to be. */
import { cp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { seconds } from '../../server/setup/patience.js'
import { seriousFindings } from '../support/axe.ts'
import { writeNotebook } from '../support/notebook-file.ts'
import { cell, open, outputs, signedIn } from '../support/person.ts'
import { discard, newFolder, runCommand, startProgram } from '../support/program.ts'

test('a folder from elsewhere is read, and runs once it is trusted', async ({ browser }) => {
  const made = await newFolder()
  await writeNotebook(made, 'a.ipynb', ['print(6 * 7)'])
  expect((await runCommand(['run', join(made, 'a.ipynb')])).code).toBe(0)
  const folder = await newFolder()
  await cp(made, folder, { recursive: true })
  const program = await startProgram(folder)
  try {
    const context = await signedIn(browser, program)
    const page = await open(context, program, 'a.ipynb')
    const bar = page.getByRole('region', { name: 'Trust in this folder' })
    await expect(bar).toContainText('No code runs until you trust it')
    await expect(cell(page, 1)).toContainText('Done')
    await page.keyboard.press('Escape')
    await cell(page, 1).locator('.code-editor').click()
    await page.keyboard.press('Control+Enter')
    await expect(page.getByText('not trusted yet')).toBeVisible()
    await expect(outputs(page, 1)).toHaveCount(0)
    expect(await seriousFindings(page, { within: ['.trust-bar'] })).toEqual([])
    await bar.getByRole('button', { name: 'Trust this folder' }).click()
    await expect(bar).toBeHidden()
    await expect(cell(page, 1)).toBeVisible()
    await cell(page, 1).locator('.code-editor').click()
    await page.keyboard.press('Control+Enter')
    await expect(outputs(page, 1)).toContainText('42')
    await page.reload()
    await expect(cell(page, 1)).toBeVisible()
    await expect(bar).toBeHidden()
  } finally {
    await program.stop()
    await discard(folder)
    await rm(made, { recursive: true, force: true })
  }
})

test('a notebook of R asks which kernel it is to be, and keeps the answer', async ({ browser }) => {
  const folder = await newFolder()
  await writeNotebook(folder, 'r.ipynb', ['print(6 * 7)'], { kernelspec: 'ir' })
  const program = await startProgram(folder)
  try {
    const context = await signedIn(browser, program)
    const page = await open(context, program, 'r.ipynb')
    const question = page.getByText('This notebook is for ir, which is not installed here.')
    // Which kernels there are is known when the machine's Pythons have answered.
    await expect(question).toBeVisible({ timeout: seconds(60) })
    await cell(page, 1).locator('.code-editor').click()
    await page.keyboard.press('Control+Enter')
    await expect(page.getByText(/“ir” \(ir\), which is not installed here/)).toBeVisible()
    await page.getByRole('button', { name: /^Use Python/ }).click()
    await expect(question).toBeHidden()
    await cell(page, 1).locator('.code-editor').click()
    await page.keyboard.press('Control+Enter')
    await expect(outputs(page, 1)).toContainText('42')
    await page.reload()
    await expect(cell(page, 1)).toBeVisible()
    await expect(question).toBeHidden()
  } finally {
    await program.stop()
    await discard(folder)
  }
})
