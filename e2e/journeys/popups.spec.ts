/** Completion, signature and hover are where the person looks: at the caret, inside the window, and whole. */
import { expect, type Page, test } from '@playwright/test'
import { writeNotebook } from '../support/notebook-file.ts'
import { cell, open, signedIn } from '../support/person.ts'
import { discard, newFolder, type Program, startProgram } from '../support/program.ts'

const LAST = 32
let folder: string
let program: Program
test.beforeEach(async () => {
  folder = await newFolder()
  await writeNotebook(folder, 'help.ipynb', [
    'def weigh_exactly(mass, gravity=9.81):\n    "Newtons."\n    return mass * gravity\nweigh_twice = weigh_thrice = weigh_exactly',
    ...Array.from({ length: LAST - 2 }, (_, n) => `value_${n} = ${n}\n# a line\n# another`),
    '# the end',
  ])
  program = await startProgram(folder)
})
test.afterEach(async () => {
  await program.stop()
  await discard(folder)
})

interface Box {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

/** The caret and what pops up, in CSS pixels of the window, once the popup rests. */
async function measure(page: Page, popup: string): Promise<{ caret: Box; box: Box; window: Box }> {
  await expect(page.locator(popup).filter({ visible: true }).first()).toBeVisible()
  const read = () =>
    page.evaluate((selector) => {
      const boxOf = (element: Element | undefined | null) => {
        const { left, top, right, bottom } = element?.getBoundingClientRect() ?? new DOMRect()
        return { left, top, right, bottom }
      }
      const shown = [...document.querySelectorAll(selector)].find((one) => one.checkVisibility())
      return {
        caret: boxOf(document.querySelector('.monaco-editor.focused .cursor')),
        box: boxOf(shown),
        window: { left: 0, top: 0, right: innerWidth, bottom: innerHeight },
      }
    }, popup)
  let last = await read()
  await expect
    .poll(async () => {
      const now = await read()
      const rests = JSON.stringify(now) === JSON.stringify(last) && now.box.right > now.box.left
      last = now
      return rests
    })
    .toBe(true)
  return last
}

/** A popup touches the caret's line and the caret's column, and lies in the window. */
async function expectAtCaret(page: Page, popup: string): Promise<void> {
  const { caret, box, window } = await measure(page, popup)
  const said = `${popup} ${JSON.stringify({ caret, box })}`
  const gap = Math.max(box.top - caret.bottom, caret.top - box.bottom)
  expect(gap, `above or below the line: ${said}`).toBeGreaterThanOrEqual(-2)
  expect(gap, `next to the line: ${said}`).toBeLessThanOrEqual(6)
  expect(
    Math.max(box.left - caret.left, caret.left - box.right),
    `at the column: ${said}`,
  ).toBeLessThanOrEqual(24)
  expect(box.left, said).toBeGreaterThanOrEqual(window.left)
  expect(box.top, said).toBeGreaterThanOrEqual(window.top)
  expect(box.right, said).toBeLessThanOrEqual(window.right)
  expect(box.bottom, said).toBeLessThanOrEqual(window.bottom)
}

/** The rows that a person can see: what is drawn at the middle of each. */
const rowsSeen = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const rows = [...document.querySelectorAll('.suggest-widget .monaco-list-row')]
    return rows.flatMap((row) => {
      const { left, top, height } = row.getBoundingClientRect()
      const there = document.elementFromPoint(left + 40, top + height / 2)
      return there !== null && row.contains(there)
        ? [row.querySelector('.label-name')?.textContent ?? '']
        : []
    })
  })

async function helpIn(page: Page, n: number): Promise<void> {
  await cell(page, n).locator('.code-editor').click()
  await expect(cell(page, n).locator('.monaco-editor.focused')).toBeVisible()
  await page.keyboard.press('ControlOrMeta+End')
  await page.keyboard.type('\nweigh_')
  await page.keyboard.press('Tab')
  await expectAtCaret(page, '.suggest-widget.visible')
  await expect.poll(() => rowsSeen(page)).toEqual(['weigh_exactly', 'weigh_thrice', 'weigh_twice'])
  await page.keyboard.type('ex')
  await expect.poll(() => rowsSeen(page), 'a list of one shows it').toEqual(['weigh_exactly'])
  await expectAtCaret(page, '.suggest-widget.visible')
  await page.keyboard.press('Enter')
  await page.keyboard.type('(3,')
  await expectAtCaret(page, '.parameter-hints-widget.visible')
  await expect(page.locator('.parameter-hints-widget.visible')).toContainText('gravity=9.81')
  await page.keyboard.press('Escape')
  for (const _ of '(3,') await page.keyboard.press('Backspace')
  await page.keyboard.press('Shift+Tab')
  await expect(page.locator('.monaco-hover:visible').filter({ hasText: 'Newtons' })).toBeVisible()
  await expectAtCaret(page, '.monaco-hover')
  await page.keyboard.press('Escape')
}

test('popups are at the caret in each cell, narrow and wide, light and dark, and follow the page', async ({
  browser,
}) => {
  const page = await open(await signedIn(browser, program), program, 'help.ipynb')
  await cell(page, 1).getByRole('button', { name: 'Run this cell' }).click()
  await expect(cell(page, 1)).toContainText('Done')
  for (const n of [2, 17, LAST]) await helpIn(page, n)

  await test.step('a popup follows its caret while the page scrolls, and closes when the caret is out of view', async () => {
    await cell(page, 20).locator('.code-editor').click()
    await page.keyboard.press('ControlOrMeta+End')
    await page.keyboard.type('\nweigh_')
    await page.keyboard.press('Tab')
    const before = (await measure(page, '.suggest-widget.visible')).caret.top
    await page.mouse.move(700, 140)
    await page.mouse.wheel(0, before > 450 ? 120 : -120)
    await expect.poll(async () => (await measure(page, '.suggest-widget.visible')).caret.top).not.toBe(before)
    await expectAtCaret(page, '.suggest-widget.visible')
    await page.mouse.wheel(0, 2000)
    await expect(page.locator('.suggest-widget.visible')).toHaveCount(0)
  })

  await page.emulateMedia({ colorScheme: 'dark' })
  await test.step('the page follows the caret: on a smaller window, and while lines are added', async () => {
    await cell(page, LAST).locator('.code-editor').click()
    await page.keyboard.press('ControlOrMeta+End')
    await page.setViewportSize({ width: 390, height: 700 })
    const isCaretSeen = () =>
      page.evaluate(() => {
        const caret = document.querySelector('.monaco-editor.focused .cursor')?.getBoundingClientRect()
        return caret !== undefined && caret.top >= 0 && caret.bottom <= innerHeight
      })
    await expect.poll(isCaretSeen).toBe(true)
    for (let line = 0; line < 12; line++) await page.keyboard.press('Enter')
    await expect.poll(isCaretSeen).toBe(true)
    for (let line = 0; line < 12; line++) await page.keyboard.press('Backspace')
  })
  for (const n of [1, LAST]) await helpIn(page, n)
})
