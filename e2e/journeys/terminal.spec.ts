/** A person works in terminals: opens, types, reloads, leaves by keyboard, renames, and closes one where a program runs. */
import { expect, type Locator, type Page, test } from '@playwright/test'
import { seconds } from '../../server/setup/patience.js'
import { seriousFindings } from '../support/axe.ts'
import { writeNotebook } from '../support/notebook-file.ts'
import { open, signedIn } from '../support/person.ts'
import { discard, newFolder, type Program, startProgram } from '../support/program.ts'

let folder: string
let program: Program

test.beforeEach(async () => {
  folder = await newFolder()
  await writeNotebook(folder, 'a.ipynb', ['x = 1'])
  program = await startProgram(folder, { env: { SHELL: '/bin/sh', PS1: '$ ' } })
})

test.afterEach(async () => {
  await program.stop()
  await discard(folder)
})

const rows = (page: Page): Locator => page.locator('.xterm-rows')

test('from the palette to the end of a terminal', async ({ browser }) => {
  const page = await open(await signedIn(browser, program), program, 'a.ipynb')
  await page.keyboard.press('ControlOrMeta+Shift+c')
  await page.keyboard.type('Open a terminal')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/\/terminals\/1$/)
  await expect(page.getByRole('textbox', { name: /Terminal 1/ })).toBeFocused()
  await expect(rows(page)).toContainText(/[#$] /)
  await page.keyboard.type('echo "seen: $((40 + 2))"; stty size\n')
  await expect(rows(page)).toContainText('seen: 42')
  await expect(rows(page)).toContainText(/42\d\d \d\d\d/)

  await test.step('a reload shows what was printed', async () => {
    await page.reload()
    await expect(rows(page)).toContainText('seen: 42')
    await expect(page.getByRole('textbox', { name: /Terminal 1/ })).toBeFocused()
  })

  await test.step('the way out by keyboard, and for assistive technology', async () => {
    await page.keyboard.press('Control+Shift+ArrowUp')
    await expect(
      page.getByRole('navigation', { name: 'Terminals' }).getByRole('link', { name: 'Terminal 1' }),
    ).toBeFocused()
    expect(await seriousFindings(page)).toEqual([])
  })

  await test.step('a link, the clipboard and a title that a program prints do nothing by themselves', async () => {
    await page.locator('.xterm-screen').click()
    await page.keyboard.type(String.raw`printf '\033]52;c;aGk=\007\033]0;evil\007plain\n'`)
    await page.keyboard.press('Enter')
    await expect(rows(page)).toContainText('plain')
    await expect(page).toHaveTitle(/^Terminal 1/)
  })

  await test.step('much output leaves the page alive', async () => {
    await page.keyboard.type('yes | head -c 10000000; echo "over"\n')
    await expect(rows(page)).toContainText(/over\s*[#$]/, { timeout: seconds(120) })
  })

  await test.step('rename', async () => {
    await page.getByRole('button', { name: 'Actions for Terminal 1' }).click()
    await page.getByRole('menuitem', { name: 'Rename' }).click()
    await page.getByRole('textbox', { name: 'Name' }).fill('training')
    await page.getByRole('button', { name: 'Save' }).click()
    await expect(
      page.getByRole('navigation', { name: 'Terminals' }).getByRole('link', { name: 'training' }),
    ).toBeVisible()
  })

  await test.step('closing asks while a program runs', async () => {
    await page.locator('.xterm-screen').click()
    await page.keyboard.type('sleep 1000\n')
    const close = async () => {
      await page.getByRole('button', { name: 'Actions for training' }).click()
      await page.getByRole('menuitem', { name: 'Close the terminal' }).click()
    }
    await expect(async () => {
      const answer = await page.request.get(`${program.origin}/api/terminals/1`)
      expect(await answer.text()).toContain('sleep')
    }).toPass()
    await close()
    const dialog = page.getByRole('dialog')
    await expect(dialog).toContainText('sleep')
    await dialog.getByRole('button', { name: 'Close the terminal' }).click()
    await expect(page).toHaveURL(`${program.origin}/`)
    await expect(page.getByRole('button', { name: 'New terminal' })).toBeVisible()
  })
})
