/** Cells are made, changed and put in order by the keys that people's hands know. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { writeNotebook } from '../support/notebook-file.ts'
import { cell, open, signedIn } from '../support/person.ts'
import { discard, newFolder, type Program, startProgram } from '../support/program.ts'

let folder: string
let program: Program

test.beforeEach(async () => {
  folder = await newFolder()
  await writeNotebook(folder, 'keys.ipynb', ['one', 'two', 'three'])
  program = await startProgram(folder)
})

test.afterEach(async () => {
  await program.stop()
  await discard(folder)
})

/** The sources of the cells in order, as the file has them. */
async function sources(): Promise<readonly string[]> {
  const file: { cells: { source: string | string[] }[] } = JSON.parse(
    await readFile(join(folder, 'keys.ipynb'), 'utf8'),
  )
  return file.cells.map(({ source }) => [source].flat().join(''))
}

const expectOrder = (wanted: readonly string[]): Promise<void> => expect.poll(sources).toEqual(wanted)

test('copied, cut, pasted, moved, joined, split, of another type, and undone', async ({ browser }) => {
  const page = await open(await signedIn(browser, program), program, 'keys.ipynb')
  const press = async (...keys: readonly string[]): Promise<void> => {
    for (const key of keys) await page.keyboard.press(key)
  }
  await cell(page, 1).click({ position: { x: 5, y: 5 } })
  await press('c', 'j', 'v')
  await expectOrder(['one', 'two', 'one', 'three'])
  await press('x')
  await expectOrder(['one', 'two', 'three'])
  await press('z')
  await expectOrder(['one', 'two', 'one', 'three'])
  await press('Shift+Z')
  await expectOrder(['one', 'two', 'three'])

  await cell(page, 2).click({ position: { x: 5, y: 5 } })
  await press('ControlOrMeta+Shift+ArrowUp')
  await expectOrder(['two', 'one', 'three'])
  await press('ControlOrMeta+Shift+ArrowDown', 'Shift+J', 'Shift+M')
  await expectOrder(['one', 'two\nthree'])

  await press('Enter')
  await expect(cell(page, 2).locator('.monaco-editor.focused')).toBeVisible()
  await press('ControlOrMeta+Home', 'ArrowDown', 'ControlOrMeta+Shift+-')
  await expect(page.getByRole('article')).toHaveCount(3)
  await press('Escape')
  await expect(cell(page, 3)).toBeFocused()
  await press('2')
  await expect(cell(page, 3).getByRole('heading', { level: 2 })).toHaveText('three')
  await press('y')
  await expect(page.getByRole('article', { name: 'Code cell 3' })).toContainText('## three')
  await press('r')
  await expect(page.getByRole('article', { name: 'Raw cell 3' })).toBeVisible()
  await press('ControlOrMeta+a', 'd', 'd')
  await expectOrder([''])
  await press('z')
  await expect(page.getByRole('article')).toHaveCount(3)
})

test('a new notebook says how to begin', async ({ browser }) => {
  const context = await signedIn(browser, program)
  const page = await context.newPage()
  await page.goto(program.origin)
  await page.getByRole('button', { name: 'New notebook' }).first().click()
  await expect(page.getByRole('button', { name: 'Write code' })).toBeFocused()
  await page.keyboard.press('Enter')
  await page.keyboard.type('6 * 7')
  await page.keyboard.press('ControlOrMeta+Enter')
  await expect(cell(page, 1)).toContainText('42')
  await expect(page.getByText('This notebook is empty')).toHaveCount(0)
})

test('a click into a cell that has no editor yet puts the caret where it was made', async ({ browser }) => {
  const context = await signedIn(browser, program)
  const page = await context.newPage()
  // Cells that are never seen to come into view have no editor until they are clicked.
  await page.addInitScript(() => {
    const blind = class {
      observe(): void {}
      unobserve(): void {}
      disconnect(): void {}
    }
    Object.assign(window, { IntersectionObserver: blind })
  })
  await page.goto(`${program.origin}/notebooks/keys.ipynb`)
  const code = page.getByRole('article').filter({ has: page.locator('.code-editor') })
  await code.nth(0).locator('.static-code').click()
  await expect(code.nth(0).locator('.view-lines')).toBeVisible()
  const second = code.nth(1)
  const text = (await second.locator('.static-code').innerText()).trim()
  await second.locator('.static-code').click({ position: { x: 12, y: 12 } })
  await page.keyboard.type('z')
  const lines = second.locator('.view-lines')
  await expect(lines).toContainText('z')
  const written = (await lines.innerText()).replaceAll('\u00a0', ' ').trim()
  expect(written.indexOf('z')).toBeLessThan(3)
  expect(written.replace('z', '')).toBe(text)
  await page.keyboard.press('Backspace')
  await context.close()
})

test('keys pressed right behind a click into a cell are text, also before its editor is there', async ({
  browser,
}) => {
  const context = await signedIn(browser, program)
  const page = await context.newPage()
  // The editor's code is held back, as on a slow line.
  const held = Promise.withResolvers<void>()
  await page.route(/monaco.*\.js$/, async (route) => {
    await held.promise
    await route.continue()
  })
  await page.goto(`${program.origin}/notebooks/keys.ipynb`)
  const first = page
    .getByRole('article')
    .filter({ has: page.locator('.code-editor') })
    .first()
  await first.locator('.code-editor').click()
  await page.keyboard.press('Control+a')
  await page.keyboard.type('d00 = 1')
  held.resolve()
  await expect(first.locator('.view-lines')).toHaveText(/d00.=.1/)
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await context.close()
})

test('a cell that is written in keeps its caret while it moves through a long notebook', async ({
  browser,
}) => {
  const lines = Array.from({ length: 60 }, (_, n) => `line_${n} = ${n}`)
  await writeNotebook(folder, 'keys.ipynb', lines)
  const page = await open(await signedIn(browser, program), program, 'keys.ipynb')
  await cell(page, 10).locator('.code-editor').click()
  await expect(cell(page, 10).locator('.monaco-editor.focused')).toBeVisible()
  await page.keyboard.press('End')
  for (let n = 0; n < 8; n++) await page.keyboard.press('ControlOrMeta+Shift+ArrowDown')
  await page.keyboard.type(' + 1')
  await expect(cell(page, 18)).toContainText('line_9 = 9 + 1')
  await expect(cell(page, 18)).toBeInViewport()
  for (let n = 0; n < 12; n++) await page.keyboard.press('ControlOrMeta+Shift+ArrowUp')
  await page.keyboard.type(' + 2')
  await expect(cell(page, 6)).toContainText('line_9 = 9 + 1 + 2')
  await page.keyboard.press('Escape')
  for (let n = 0; n < 40; n++) await page.keyboard.press('j')
  for (let n = 0; n < 30; n++) await page.keyboard.press('k')
  await expect(cell(page, 16)).toBeFocused()
  const toolbar = page.getByRole('toolbar', { name: 'Notebook' })
  const edges = async () => {
    const [bar, box] = await Promise.all([toolbar.boundingBox(), cell(page, 16).boundingBox()])
    return [(bar?.y ?? 0) + (bar?.height ?? 0), box?.y ?? 0] as const
  }
  await expect.poll(async () => (([bottom, top]) => top >= bottom)(await edges())).toBe(true)
  const moved = lines.toSpliced(9, 1).toSpliced(5, 0, 'line_9 = 9 + 1 + 2')
  await expectOrder(moved)
})
