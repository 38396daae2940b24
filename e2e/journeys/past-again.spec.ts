/** A person runs the past again from a receipt: the plan, the verdicts, the cause of a change, variables brought back. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, type Page, test } from '@playwright/test'
import { seconds } from '../../server/setup/patience.js'
import { seriousFindings } from '../support/axe.ts'
import { writeNotebook } from '../support/notebook-file.ts'
import { cell, open, outputs, signedIn } from '../support/person.ts'
import { discard, newFolder, type Program, startProgram } from '../support/program.ts'

let folder: string
let program: Program

test.beforeEach(async () => {
  folder = await newFolder()
  await writeFile(join(folder, 'births.csv'), '1\n2\n')
  await writeNotebook(folder, 'day.ipynb', [
    'births = [int(line) for line in open("births.csv")]',
    'total = sum(births)\nprint("total", total)',
    'total = -1',
    'print("now", total)',
  ])
  program = await startProgram(folder)
})

test.afterEach(async () => {
  await program.stop()
  await discard(folder)
})

const press = (page: Page, name: string) =>
  page.getByRole('region', { name: 'History' }).getByRole('button', { name, exact: true }).click()

test('replay and restore, from a receipt', async ({ browser }) => {
  const page = await open(await signedIn(browser, program), program, 'day.ipynb')
  const panel = page.getByRole('region', { name: 'History' })
  await page.getByRole('button', { name: 'Run all', exact: true }).click()
  await expect(outputs(page, 4)).toContainText('now -1')
  await outputs(page, 2).getByRole('button', { name: 'Why?' }).click()

  await test.step('replay: the plan first, then a verdict', async () => {
    await press(page, 'Replay')
    await expect(panel).toContainText('2 cells run again')
    await press(page, 'Replay now')
    await expect(panel.locator('.receipt-lead')).toContainText('Identical result', {
      timeout: seconds(60),
    })
  })

  await test.step('a checkpoint after a replay is compared with the notebook, not with the replay', async () => {
    await page.keyboard.press('Control+s')
    await expect(page.getByText(/Checkpoint “Saved .*” made/)).toBeVisible()
    await press(page, 'Close the panel')
    await page.getByRole('button', { name: 'History', exact: true }).click()
    await press(page, 'Checkpoints')
    await panel.getByRole('button', { name: 'What changed since' }).first().click()
    await expect(panel).toContainText('nothing has changed')
    await press(page, 'Close the panel')
    await outputs(page, 2).getByRole('button', { name: 'Why?' }).click()
  })

  await test.step('restore: the variables of then are in the kernel', async () => {
    await press(page, 'Restore')
    await press(page, 'Into this kernel')
    await expect(panel.locator('.receipt-lead')).toContainText('variables are back', { timeout: seconds(60) })
    await cell(page, 4).getByRole('button', { name: 'Run this cell' }).click()
    await expect(outputs(page, 4)).toContainText('now 3')
  })

  await test.step('load: one variable of then, under another name', async () => {
    await press(page, 'Back')
    await press(page, 'Restore')
    await panel.getByRole('checkbox', { name: 'total' }).check()
    const name = panel.getByRole('textbox', { name: 'Name of total in this kernel' })
    await name.fill('2x')
    await expect(panel.getByRole('button', { name: 'Load 1 variable' })).toBeDisabled()
    await name.fill('total_then')
    await press(page, 'Load 1 variable')
    await expect(panel.locator('.receipt-lead')).toContainText('1 of 1 variables are back', {
      timeout: seconds(60),
    })
    await expect(panel).toContainText('→ total_then')
  })
})

test('what a replay wrote is listed, and is on the disk only when it is applied', async ({ browser }) => {
  await writeNotebook(folder, 'writes.ipynb', [
    'with open("result.csv", "w") as file:\n    file.write("made")',
    'print(open("result.csv").read())',
  ])
  const page = await open(await signedIn(browser, program), program, 'writes.ipynb')
  const panel = page.getByRole('region', { name: 'History' })
  const onDisk = () => readFile(join(folder, 'result.csv'), 'utf8')
  await page.getByRole('button', { name: 'Run all', exact: true }).click()
  await expect(outputs(page, 2)).toContainText('made')
  await writeFile(join(folder, 'result.csv'), 'mine')
  await outputs(page, 2).getByRole('button', { name: 'Why?' }).click()
  await press(page, 'Replay')
  await expect(panel.getByRole('region', { name: 'Isolation' })).toBeVisible()
  await press(page, 'Replay now')
  const written = panel.getByRole('region', { name: 'What it wrote' })
  await expect(written).toContainText('result.csv changed', { timeout: seconds(60) })
  expect(await onDisk()).toBe('mine')
  await written.getByText('Show the changes').click()
  await expect(written.locator('.text-diff')).toContainText('mine')
  await expect(written.locator('.text-diff')).toContainText('made')
  await written.getByRole('checkbox', { name: 'result.csv' }).check()
  await written.getByRole('button', { name: 'Apply this file' }).click()
  await expect(written).toContainText('applied')
  expect(await onDisk()).toBe('made')
})

test('since it worked: the file that changed is named first', async ({ browser }) => {
  const page = await open(await signedIn(browser, program), program, 'day.ipynb')
  const panel = page.getByRole('region', { name: 'History' })
  await page.getByRole('button', { name: 'Run all', exact: true }).click()
  await expect(outputs(page, 4)).toContainText('now -1')
  await writeFile(join(folder, 'births.csv'), '1\n2\nthree\n')
  await page.getByRole('button', { name: 'Run stale (2)' }).click()
  await expect(outputs(page, 1)).toContainText('ValueError')
  await outputs(page, 1).getByRole('button', { name: 'Why?' }).click()
  await press(page, 'Since it worked')
  await expect(panel.getByRole('radio', { name: /Done/ }).first()).toBeVisible()
  await press(page, 'Find what changed')
  const first = panel.locator('.again-steps > li').first()
  await expect(first).toContainText('births.csv', { timeout: seconds(60) })
  await expect(panel.getByRole('status').first()).toContainText('The likeliest cause: births.csv.')
  await expect(first.locator('.text-diff')).toContainText('three')
  await press(page, 'Prove it')
  const proof = panel.getByRole('region', { name: 'The proof' })
  await expect(proof.getByRole('row').last()).toContainText('✓', { timeout: seconds(60) })
  await expect(proof.getByRole('row').nth(1)).toContainText('✗')
  await expect(panel.getByRole('status').first()).toHaveText('One change explains it: births.csv.')
  await expect(panel).not.toContainText('sha256')
  expect(await seriousFindings(page, { within: ['.history'] })).toEqual([])
})
