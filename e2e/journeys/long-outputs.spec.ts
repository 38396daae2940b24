/** A person prints more than the page draws, sees a note about it, and saves all of it. */
import { readFile } from 'node:fs/promises'
import { expect, test } from '@playwright/test'
import { writeNotebook } from '../support/notebook-file.ts'
import { cell, open, outputs, signedIn } from '../support/person.ts'
import { discard, newFolder, type Program, startProgram } from '../support/program.ts'

let folder: string
let program: Program

test.beforeEach(async () => {
  folder = await newFolder()
  await writeNotebook(folder, 'a.ipynb', [
    'print("z" * 5_000_000)',
    'for n in range(100_000): print(f"line {n:>20}")',
  ])
  program = await startProgram(folder)
})

test.afterEach(async () => {
  await program.stop()
  await discard(folder)
})

test('a long line and a long stream are shown, say what is hidden, and are saved whole', async ({
  browser,
}) => {
  const page = await open(await signedIn(browser, program), program, 'a.ipynb')
  for (const n of [1, 2]) {
    await cell(page, n).locator('.code-editor').click()
    await page.keyboard.press('Shift+Enter')
    await expect(outputs(page, n).getByText(/^The first [\d.]+ MB are not shown\./)).toBeVisible()
  }
  await expect(outputs(page, 1).getByText('zzzzzzzz')).toBeVisible()
  await outputs(page, 1)
    .getByRole('button', { name: /^Show more of [\d,]+ hidden characters$/ })
    .click()
  await expect(outputs(page, 2)).toContainText(/line +\d+\nline/)
  expect((await savedFrom(1)) === `${'z'.repeat(5_000_000)}\n`).toBe(true)
  const lines = Array.from({ length: 100_000 }, (_, n) => `line ${String(n).padStart(20)}\n`).join('')
  expect((await savedFrom(2)) === lines).toBe(true)

  async function savedFrom(n: number): Promise<string> {
    const download = page.waitForEvent('download')
    await outputs(page, n).getByRole('button', { name: 'Save all of it' }).click()
    return readFile(await (await download).path(), 'utf8')
  }
})
