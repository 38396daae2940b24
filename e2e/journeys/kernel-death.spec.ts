/** A kernel that dies is seen wherever one reads, says why, and what ran can be run again from there. */
import { expect, test } from '@playwright/test'
import { seriousFindings } from '../support/axe.ts'
import { writeNotebook } from '../support/notebook-file.ts'
import { cell, open, outputs, signedIn } from '../support/person.ts'
import { discard, newFolder, type Program, startProgram } from '../support/program.ts'

let folder: string
let program: Program
test.beforeEach(async () => {
  folder = await newFolder()
  const filler = Array.from({ length: 20 }, (_, n) => `filler_${n} = ${n}\n`.repeat(8))
  const dies = `import os, signal, pathlib
if not pathlib.Path("died").exists():
    pathlib.Path("died").touch()
    os.kill(os.getpid(), signal.SIGSEGV)
print("came to", x + 1)`
  await writeNotebook(folder, 'a.ipynb', ['x = 41', dies, ...filler, 'last = 1'])
  program = await startProgram(folder)
})
test.afterEach(async () => {
  await program.stop()
  await discard(folder)
})

test('the bar stays in sight, names the reason, and runs again up to the cell', async ({ browser }) => {
  const page = await open(await signedIn(browser, program), program, 'a.ipynb')
  await page.getByRole('button', { name: 'Run all', exact: true }).click()
  const bar = page.getByRole('alert').filter({ hasText: 'The kernel died' })
  await expect(bar).toContainText('segmentation fault')
  await cell(page, 23).scrollIntoViewIfNeeded()
  await expect(cell(page, 23)).toBeInViewport()
  await expect(bar).toBeInViewport({ ratio: 1 })
  await expect(page.getByRole('button', { name: /^Kernel: .*Stopped unexpectedly/ })).toBeVisible()
  expect(await seriousFindings(page, { within: ['.notebook-top'] })).toEqual([])
  await bar.getByRole('button', { name: 'Restart and run to cell 2' }).click()
  await expect(bar).toBeHidden()
  await expect(outputs(page, 2)).toContainText('came to 42')
  await expect(cell(page, 3)).toContainText('[ ]')
})
