/** Accessible to all: no serious finding of axe on any view, wide or narrow, light or dark; run state is spoken. */
import { expect, type Page, test } from '@playwright/test'
import { seriousFindings } from '../support/axe.ts'
import { writeNotebook } from '../support/notebook-file.ts'
import { cell, open, outputs, signedIn } from '../support/person.ts'
import { discard, newFolder, type Program, startProgram } from '../support/program.ts'

let folder: string
let program: Program

test.beforeEach(async () => {
  folder = await newFolder()
  await writeNotebook(folder, 'views.ipynb', [
    {
      markdown: [
        '# A heading\n\nWords, a [link](https://example.org) and $x^2$.',
        '- [ ] still to do\n- [x] done',
        `~~~\n${'long '.repeat(80)}\n~~~`,
        `| ${'wide | '.repeat(30)}\n|${'-|'.repeat(30)}\n| ${'cell | '.repeat(30)}`,
      ].join('\n\n'),
    },
    'print("plain"); 40 + 2',
    'raise ValueError("it did not work")',
    'import sys; print("careful", file=sys.stderr)',
  ])
  await writeNotebook(folder, 'empty.ipynb', [])
  program = await startProgram(folder)
})

test.afterEach(async () => {
  await program.stop()
  await discard(folder)
})

const WCAG = { tags: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] }
const serious = (page: Page, colorsOnly = false): Promise<string[]> =>
  seriousFindings(page, { ...WCAG, colorsOnly })

test('axe finds nothing serious in the notebook', async ({ browser }) => {
  const context = await signedIn(browser, program)
  const page = await open(context, program, 'views.ipynb')
  await expect(cell(page, 1).getByRole('checkbox', { name: 'to do', checked: false })).toBeVisible()
  await expect(cell(page, 1).getByRole('checkbox', { name: 'done', checked: true })).toBeVisible()
  await expect(cell(page, 1).locator('pre[tabindex="0"], table[tabindex="0"]')).toHaveCount(2)
  for (const n of [2, 3, 4]) await cell(page, n).getByRole('button', { name: 'Run this cell' }).click()
  await expect(page.getByRole('article', { name: /cell 3 of 4, failed/ })).toBeVisible()
  await expect(page.getByRole('status').filter({ hasText: 'Cell 3 failed.' })).toBeAttached()
  await cell(page, 4).getByRole('button', { name: 'Run this cell' }).click()
  await expect(outputs(page, 4)).toContainText('careful')
  for (const scheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
    await expect(page.locator('html')).toHaveAttribute('data-theme', scheme)
    for (const width of [1440, 390]) {
      await page.setViewportSize({ width, height: 844 })
      expect(await serious(page, scheme === 'dark'), `notebook, ${scheme}, ${width}`).toEqual([])
    }
  }
  await page.setViewportSize({ width: 1440, height: 900 })
  await page.getByRole('button', { name: 'History' }).click()
  await expect(page.getByRole('region', { name: 'History' })).toBeVisible()
  expect(await serious(page), 'history').toEqual([])
  await cell(page, 2).focus()
  await page.keyboard.press('Control+Shift+c')
  await expect(page.getByRole('dialog', { name: 'Commands' })).toBeVisible()
  expect(await serious(page), 'palette').toEqual([])
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: /^Kernel: / }).click()
  await expect(page.getByRole('menuitemradio').first()).toBeVisible()
  expect(await serious(page), 'kernel menu').toEqual([])
})

test('home and an empty notebook', async ({ browser }) => {
  const context = await signedIn(browser, program)
  const page = await context.newPage()
  await page.goto(program.origin)
  await expect(page.getByRole('link', { name: /views/ }).first()).toBeVisible()
  expect(await serious(page), 'home').toEqual([])
  await page.goto(`${program.origin}/notebooks/empty.ipynb`)
  await expect(page.getByRole('toolbar')).toBeVisible()
  expect(await serious(page), 'empty notebook').toEqual([])
})

test('another kernel is chosen from the menu, and a dead one says what to do', async ({ browser }) => {
  const page = await open(await signedIn(browser, program), program, 'views.ipynb')
  await cell(page, 2).getByRole('button', { name: 'Run this cell' }).click()
  await expect(outputs(page, 2)).toContainText('42')
  await expect(cell(page, 2)).toContainText('Done')
  await cell(page, 2).locator('.code-editor').click()
  await page.keyboard.press('Control+a')
  await page.keyboard.type('import os; os._exit(7)')
  await page.keyboard.press('Control+Enter')
  await expect(page.locator('.notebook-banner')).toContainText('7')
  await page.getByRole('button', { name: 'Restart kernel' }).click()
  await page.getByRole('button', { name: /^Kernel: .*Idle/ }).click()
  await page.getByRole('menuitemradio').first().click()
  await page.getByRole('dialog').getByRole('button', { name: 'Restart' }).click()
  await expect(page.getByRole('button', { name: /^Kernel: .*Idle/ })).toBeVisible()
})
