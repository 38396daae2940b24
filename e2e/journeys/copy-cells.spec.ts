/** Cells and images go from notebook to notebook, from page to page and from other programs by the clipboard. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type BrowserContext, expect, type Page, test } from '@playwright/test'
import { cell, open, outputs, saved, signedIn, typeInto } from '../support/person.ts'
import { discard, newFolder, type Program, startProgram } from '../support/program.ts'

const programs: Program[] = []
const folders: string[] = []

interface FileCell {
  readonly id: string
  readonly cell_type: string
  readonly source: string | readonly string[]
  readonly attachments?: Readonly<Record<string, Readonly<Record<string, string>>>>
}

/** 1 by 1 px. */
const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=='

const code = (id: string, source: string, text: string) => ({
  id,
  cell_type: 'code',
  source,
  metadata: { tags: [id] },
  execution_count: 1,
  outputs: text === '' ? [] : [{ output_type: 'stream', name: 'stdout', text }],
})

async function serve(notebooks: Readonly<Record<string, readonly object[]>>): Promise<Program> {
  const folder = await newFolder()
  folders.push(folder)
  for (const [name, cells] of Object.entries(notebooks)) {
    const text = JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 })
    await writeFile(join(folder, name), text)
  }
  const program = await startProgram(folder)
  programs.push(program)
  return program
}

test.afterEach(async () => {
  for (const program of programs.splice(0)) await program.stop()
  for (const folder of folders.splice(0)) await discard(folder)
})

async function cellsIn({ folder }: Program, name: string): Promise<readonly FileCell[]> {
  return JSON.parse(await readFile(join(folder, name), 'utf8')).cells
}

const sources = async (program: Program, name: string): Promise<readonly string[]> =>
  (await cellsIn(program, name)).map(({ source }) => [source].flat().join(''))

const select = (page: Page, n: number, modifiers: readonly 'Shift'[] = []): Promise<void> =>
  cell(page, n).click({ position: { x: 5, y: 5 }, modifiers: [...modifiers] })

const allow = (context: BrowserContext): Promise<void> =>
  context.grantPermissions(['clipboard-read', 'clipboard-write'])

test('cells go to another notebook with their outputs; other programs get the text', async ({ browser }) => {
  const program = await serve({
    'a.ipynb': [code('one', 'x = 1', ''), code('two', 'print("hello")', 'hello\n'), code('three', 'y', '')],
    'b.ipynb': [code('other', 'z = 3', '')],
  })
  const context = await signedIn(browser, program)
  await allow(context)
  const a = await open(context, program, 'a.ipynb')
  const b = await open(context, program, 'b.ipynb')
  await a.bringToFront()
  await select(a, 1)
  await select(a, 2, ['Shift'])
  await expect(a.locator('.cell[data-selected=true]')).toHaveCount(2)
  await a.keyboard.press('c')
  expect(await a.evaluate(() => navigator.clipboard.readText())).toBe('x = 1\n\nprint("hello")')

  await b.bringToFront()
  await select(b, 1)
  await b.keyboard.press('v')
  await expect(cell(b, 3)).toContainText('print("hello")')
  await expect(outputs(b, 3)).toContainText('hello')
  await expect.poll(() => sources(program, 'b.ipynb')).toEqual(['z = 3', 'x = 1', 'print("hello")'])
  const ids = (await cellsIn(program, 'b.ipynb')).map(({ id }) => id)
  expect(ids).not.toContain('two')

  await select(b, 1)
  await b.keyboard.press('ControlOrMeta+x')
  await expect.poll(() => sources(program, 'b.ipynb')).toEqual(['x = 1', 'print("hello")'])
  await a.bringToFront()
  await select(a, 3)
  await a.keyboard.press('ControlOrMeta+v')
  await expect.poll(() => sources(program, 'a.ipynb')).toEqual(['x = 1', 'print("hello")', 'y', 'z = 3'])
  await a.keyboard.press('Shift+ArrowUp')
  await expect(a.locator('.cell[data-selected=true]')).toHaveCount(2)
})

test('cells go to another project, without outputs that only the first one has', async ({ browser }) => {
  const large = code('large', 'print("x" * 20_000)', '')
  const picture = {
    output_type: 'display_data',
    data: { 'text/html': `<p>${'x'.repeat(20_000)}</p>` },
    metadata: {},
  }
  const first = await serve({
    'a.ipynb': [code('small', 'print("hello")', 'hello\n'), { ...large, outputs: [picture] }],
  })
  const second = await serve({ 'b.ipynb': [code('other', 'z = 3', '')] })
  const context = await signedIn(browser, first)
  await context.addCookies(await (await signedIn(browser, second)).cookies())
  const a = await open(context, first, 'a.ipynb')
  const b = await open(context, second, 'b.ipynb')
  await a.bringToFront()
  await select(a, 1)
  await a.keyboard.press('Shift+ArrowDown')
  await a.keyboard.press('ControlOrMeta+c')
  await b.bringToFront()
  await select(b, 1)
  await b.keyboard.press('ControlOrMeta+v')
  await expect(outputs(b, 2)).toContainText('hello')
  await expect(b.getByText('belong to another project')).toBeVisible()
  await expect
    .poll(() => sources(second, 'b.ipynb'))
    .toEqual(['z = 3', 'print("hello")', 'print("x" * 20_000)'])
})

test('a pasted image is an attachment of the text cell: shown, saved, undone', async ({ browser }) => {
  const text = { id: 'text', cell_type: 'markdown', source: 'Before', metadata: {} }
  const program = await serve({ 'a.ipynb': [text, code('one', 'x = 1', '')] })
  const context = await signedIn(browser, program)
  await allow(context)
  const page = await open(context, program, 'a.ipynb')
  await page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (one) => one.charCodeAt(0))
    const image = new Blob([bytes], { type: 'image/png' })
    await navigator.clipboard.write([new ClipboardItem({ 'image/png': image })])
  }, PIXEL)
  await select(page, 1)
  await page.keyboard.press('Enter')
  await expect(cell(page, 1).locator('.monaco-editor.focused')).toBeVisible()
  await page.keyboard.press('ControlOrMeta+End')
  await page.keyboard.type(' ')
  await page.keyboard.press('ControlOrMeta+v')
  await expect(cell(page, 1)).toContainText('](attachment:image.png)')
  await page.keyboard.type(' after')
  await page.keyboard.press('Escape')
  const image = cell(page, 1).getByRole('img')
  await expect(image).toBeVisible()
  expect(await image.evaluate((shown) => shown instanceof HTMLImageElement && shown.naturalWidth)).toBe(1)
  await expect
    .poll(() => sources(program, 'a.ipynb'))
    .toEqual(['Before ![image](attachment:image.png) after', 'x = 1'])
  const [saidFirst] = await cellsIn(program, 'a.ipynb')
  expect(Object.keys(saidFirst?.attachments?.['image.png'] ?? {})).toEqual(['image/png'])

  // Beside a code cell the image gets a text cell of its own.
  await select(page, 2)
  await page.keyboard.press('ControlOrMeta+v')
  await expect(cell(page, 3).getByRole('img')).toBeVisible()
  await page.keyboard.press('z')
  await expect(cell(page, 3)).toHaveCount(0)

  // A dropped image goes to the end of the text, under a name of its own.
  const dataTransfer = await page.evaluateHandle((base64) => {
    const bytes = Uint8Array.from(atob(base64), (one) => one.charCodeAt(0))
    const data = new DataTransfer()
    data.items.add(new File([bytes], 'image.png', { type: 'image/png' }))
    return data
  }, PIXEL)
  await cell(page, 1).dispatchEvent('drop', { dataTransfer })
  await expect(cell(page, 1).getByRole('img')).toHaveCount(2)
  await expect
    .poll(async () => Object.keys((await cellsIn(program, 'a.ipynb'))[0]?.attachments ?? {}))
    .toEqual(['image.png', 'image-1.png'])
})

test('a colleague moves the cell that I type in: caret and typing stay', async ({ browser }) => {
  const program = await serve({ 'a.ipynb': ['one', 'two', 'three'].map((id) => code(id, id, '')) })
  const mine = await open(await signedIn(browser, program), program, 'a.ipynb')
  const other = await open(await signedIn(browser, program), program, 'a.ipynb')
  await typeInto(mine, 2, ' = first half')
  await mine.keyboard.press('ArrowLeft')
  await expect(cell(other, 2)).toContainText('first half')
  await select(other, 2)
  const typing = mine.keyboard.type('0123456789'.repeat(8), { delay: 10 })
  await other.keyboard.press('ControlOrMeta+Shift+ArrowUp')
  await typing
  await expect(cell(mine, 1).locator('.monaco-editor.focused')).toBeVisible()
  await mine.keyboard.type(' and the rest')
  const wanted = `two = first hal${'0123456789'.repeat(8)} and the restf`
  await saved(mine)
  await expect.poll(() => sources(program, 'a.ipynb')).toEqual([wanted, 'one', 'three'])
  await expect(cell(other, 1)).toContainText('and the rest')
})
