/** Cells are dragged by their left edge, files onto cells, and long work notifies a person who looks elsewhere. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, type Page, test } from '@playwright/test'
import { writeNotebook } from '../support/notebook-file.ts'
import { open, outputs, signedIn } from '../support/person.ts'
import { discard, newFolder, type Program, startProgram } from '../support/program.ts'

let folder: string
let program: Program

test.beforeEach(async () => {
  folder = await newFolder()
})

test.afterEach(async () => {
  await program.stop()
  await discard(folder)
})

const cells = (page: Page) => page.locator('.notebook-cells .cell')
const letters = (page: Page) =>
  cells(page).evaluateAll((all) =>
    all.map((cell) => /letter (\w+)/.exec(cell.textContent ?? '')?.[1]).join(' '),
  )

async function grip(page: Page, index: number): Promise<{ x: number; y: number }> {
  const box = await cells(page).nth(index).boundingBox()
  if (box === null) throw new Error(`cell ${index} is not drawn`)
  return { x: box.x + 6, y: box.y + box.height / 2 }
}

/** Over the lower half of a cell: behind it. */
async function below(page: Page, index: number): Promise<{ x: number; y: number }> {
  const box = await cells(page).nth(index).boundingBox()
  if (box === null) throw new Error(`cell ${index} is not drawn`)
  return { x: box.x + 40, y: box.y + box.height - 3 }
}

async function drag(page: Page, from: number, behind: number): Promise<void> {
  const [start, end] = [await grip(page, from), await below(page, behind)]
  await page.mouse.move(start.x, start.y)
  await page.mouse.down()
  await page.mouse.move(start.x + 20, start.y + 20, { steps: 4 })
  await page.mouse.move(end.x, end.y, { steps: 4 })
  await expect(page.locator('.drop-line')).toBeVisible()
}

test('cells are dragged, alone and together, dropped back by Escape, and moved back by undo', async ({
  browser,
}) => {
  await writeNotebook(
    folder,
    'letters.ipynb',
    ['a', 'b', 'c', 'd'].map((letter) => `# letter ${letter}`),
  )
  program = await startProgram(folder)
  const page = await open(await signedIn(browser, program), program, 'letters.ipynb')
  await expect.poll(() => letters(page)).toBe('a b c d')

  await drag(page, 0, 2)
  await page.mouse.up()
  await expect.poll(() => letters(page)).toBe('b c a d')
  await expect(cells(page).nth(2)).toBeFocused()

  await drag(page, 0, 3)
  await page.keyboard.press('Escape')
  await expect(page.locator('.drop-line')).toHaveCount(0)
  await page.mouse.up()
  expect(await letters(page)).toBe('b c a d')

  await cells(page).nth(1).focus()
  await page.keyboard.press('Escape')
  await cells(page)
    .nth(1)
    .click({ position: { x: 6, y: 12 } })
  await page.keyboard.press('Shift+ArrowDown')
  await drag(page, 2, 3)
  await page.mouse.up()
  await expect.poll(() => letters(page)).toBe('b d c a')
  await expect(page.locator('.cell[data-selected="true"]')).toHaveCount(2)

  await page.keyboard.press('z')
  await expect.poll(() => letters(page)).toBe('b c a d')
})

test('a data file is dragged onto a cell, which gets code behind it that reads the file', async ({
  browser,
}) => {
  await mkdir(join(folder, 'data'))
  await writeFile(join(folder, 'data', 'sales.csv'), 'a,b\n1,2\n')
  await writeNotebook(folder, 'read.ipynb', ['1', '2'])
  program = await startProgram(folder)
  const page = await open(await signedIn(browser, program), program, 'read.ipynb')
  await page.getByRole('treeitem', { name: 'data' }).click()
  await page.getByRole('treeitem', { name: 'sales.csv' }).dragTo(cells(page).first())
  await expect(cells(page)).toHaveCount(3)
  await expect(cells(page).nth(1)).toContainText("sales = pd.read_csv('data/sales.csv')")
  await page.getByRole('treeitem', { name: 'sales.csv' }).click({ button: 'right' })
  await page.getByRole('menuitem', { name: 'Insert code that reads it' }).click()
  await expect(cells(page).nth(2)).toContainText("sales_2 = pd.read_csv('data/sales.csv')")
})

test('long work is announced by the title and, on request, by a notification', async ({ browser }) => {
  await writeNotebook(folder, 'long.ipynb', [
    'import time; time.sleep(6); print("one")',
    'time.sleep(6); print("two")',
  ])
  program = await startProgram(folder)
  const context = await signedIn(browser, program)
  await context.grantPermissions(['notifications'], { origin: program.origin })
  await context.addInitScript(() => {
    const shown: string[] = []
    Object.assign(window, { shown, looksAway: false })
    class FakeNotification {
      static permission = 'granted'
      static requestPermission = async () => 'granted'
      constructor(title: string, options: { body: string }) {
        shown.push(`${title}: ${options.body}`)
      }
    }
    Object.assign(window, { Notification: FakeNotification })
    Object.defineProperty(document, 'hidden', {
      get: () => (window as unknown as { looksAway: boolean }).looksAway,
    })
  })
  const page = await open(context, program, 'long.ipynb')
  await cells(page).first().focus()
  await page.keyboard.press('ControlOrMeta+Shift+c')
  await page.getByRole('combobox').fill('notify')
  await page.keyboard.press('Enter')
  await expect(page.getByText('You get a notification')).toBeVisible()
  await page.evaluate(() => Object.assign(window, { looksAway: true }))
  await page.getByRole('button', { name: 'Run all', exact: true }).click()
  await expect(outputs(page, 2)).toContainText('two')
  const shown = () => page.evaluate(() => (window as unknown as { shown: string[] }).shown)
  await expect.poll(shown).toEqual([expect.stringMatching(/^✓ long\.ipynb: 2 cells are done\. It took 1\d/)])
  await expect(page).toHaveTitle(/^✓ /)
})
