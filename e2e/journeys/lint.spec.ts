/** A person sees what is wrong in the code before it runs, and formats it. */
import { expect, test } from '@playwright/test'
import { writeNotebook } from '../support/notebook-file.ts'
import { cell, open, signedIn } from '../support/person.ts'
import { discard, newFolder, type Program, startProgram } from '../support/program.ts'

let folder: string
let program: Program

test.beforeEach(async () => {
  folder = await newFolder()
  await writeNotebook(folder, 'a.ipynb', ['%time\nx={ 1:2 }', 'print(x, nowhere)'])
  program = await startProgram(folder, { env: { PATH: `${ruffFolder()}:${process.env.PATH}` } })
})

test.afterEach(async () => {
  await program.stop()
  await discard(folder)
})

/** That of the environment that tests run kernels with. */
const ruffFolder = (): string => (process.env.YESTERDAY_TEST_PYTHON ?? '').replace(/\/[^/]*$/, '')

test('undefined names are marked across cells, F8 goes there, and formatting is one undo', async ({
  browser,
}) => {
  const page = await open(await signedIn(browser, program), program, 'a.ipynb')
  await expect(cell(page, 2).locator('.squiggly-error')).toHaveCount(1)
  await expect(cell(page, 1).locator('.squiggly-error')).toHaveCount(0)
  await page.keyboard.press('F8')
  await expect(page.getByText('Undefined name `nowhere` (F821)')).toBeVisible()
  await page.keyboard.press('Escape')
  await page.keyboard.press('ControlOrMeta+Shift+c')
  await page.keyboard.type('Format all')
  await page.keyboard.press('Enter')
  await expect(cell(page, 1)).toContainText('x = {1: 2}')
  await expect(page.getByText('1 cell formatted')).toBeVisible()
  await page.keyboard.press('z')
  await expect(cell(page, 1)).toContainText('x={ 1:2 }')
})
