/** A person asks a frame by SQL, goes on in Python with the rows, and sees when the SQL cell is stale. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { writeNotebook } from '../support/notebook-file.ts'
import { cell, open, outputs, saved, signedIn, typeInto } from '../support/person.ts'
import { discard, newFolder, type Program, startProgram } from '../support/program.ts'

let folder: string
let program: Program

test.beforeEach(async () => {
  folder = await newFolder()
  await writeNotebook(folder, 'day.ipynb', [
    'import pandas as pd\nleast = 3\nsales = pd.DataFrame({"shop": ["a", "b"], "amount": [3, 40]})',
    'select shop, amount from sales where amount > {{least}}',
    'print("sum", totals["amount"].sum())',
  ])
  program = await startProgram(folder)
})

test.afterEach(async () => {
  await program.stop()
  await discard(folder)
})

test('a SQL cell over a frame, with a parameter, and its result in Python', async ({ browser }) => {
  const page = await open(await signedIn(browser, program), program, 'day.ipynb')
  const stale = (n: number) => cell(page, n).getByRole('button', { name: /^Stale\./ })

  await test.step('the cell becomes SQL by a key, with a header in place of the magic line', async () => {
    await cell(page, 2).locator('.cell-count').click()
    await page.keyboard.press('q')
    await expect(cell(page, 2)).toHaveAccessibleName(/^SQL cell 2/)
    await cell(page, 2).getByLabel('Variable for the rows').fill('totals')
    await page.keyboard.press('Enter')
    await expect(cell(page, 2).getByLabel('Connection')).toHaveValue('')
    await expect(cell(page, 2).locator('.code-editor')).not.toContainText('%%sql')
  })

  await test.step('its text cannot lose the hidden line, and is saved with it', async () => {
    await cell(page, 2).locator('.code-editor').click()
    await page.keyboard.press('ControlOrMeta+a')
    await page.keyboard.press('ArrowLeft')
    await page.keyboard.press('Backspace')
    await page.keyboard.type('-- per shop\n')
    await saved(page)
    const lines = '%%sql totals <<\n-- per shop\nselect shop, amount'
    await expect
      .poll(async () => {
        const { cells } = JSON.parse(await readFile(join(folder, 'day.ipynb'), 'utf8'))
        return [cells[1].source].flat().join('')
      })
      .toContain(lines)
  })

  await test.step('it runs, and Python uses its rows', async () => {
    await page.getByRole('button', { name: 'Run all', exact: true }).click()
    await expect(outputs(page, 3)).toContainText('sum 40')
    await expect(stale(2)).toHaveCount(0)
  })

  await test.step('another frame makes it stale, and what follows', async () => {
    await typeInto(page, 1, '\nsales.loc[2] = ["c", 100]')
    await cell(page, 1).getByRole('button', { name: 'Run this cell' }).click()
    await expect(stale(2)).toHaveAccessibleName(/sales/)
    await expect(stale(3)).toHaveAccessibleName(/totals/)
    await page.getByRole('button', { name: 'Run stale (2)' }).click()
    await expect(outputs(page, 3)).toContainText('sum 140')
  })
})
