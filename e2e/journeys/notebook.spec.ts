/** The first day with a notebook: two people edit it, run it, interrupt it, answer it, go away and come back. */
import { expect, test } from '@playwright/test'
import { writeNotebook } from '../support/notebook-file.ts'
import { cell, entered, open, outputs, saved, signedIn, typeInto } from '../support/person.ts'
import { discard, newFolder, type Program, runCommand, startProgram } from '../support/program.ts'

let folder: string
let program: Program

test.beforeEach(async () => {
  folder = await newFolder()
  await writeNotebook(folder, 'day.ipynb', [
    { markdown: '# The first day' },
    'a = 20',
    'print(a + 22)',
    'import time\nfor step in range(600):\n    print("step", step, flush=True)\n    time.sleep(0.1)',
    'name = input("Who is there? ")\nprint("hello", name)\nopen("guests.txt", "w").write(name)',
    'import time\nfor step in range(30):\n    print("tick", step, flush=True)\n    time.sleep(0.1)\nprint("finished")',
  ])
  program = await startProgram(folder)
})

test.afterEach(async () => {
  await program.stop()
  await discard(folder)
})

test('two people edit, run, interrupt, answer, leave and come back', async ({ browser }) => {
  const page = await entered(browser, program)
  const ada = page.context()
  await page.getByRole('link', { name: /^day/ }).first().click()
  await expect(page.getByRole('heading', { name: 'The first day' })).toBeVisible()

  await test.step('what one types the other sees', async () => {
    const bob = await signedIn(browser, program)
    const other = await open(bob, program, 'day.ipynb')
    await typeInto(page, 2, '\nb = 1')
    await expect(cell(other, 2)).toContainText('b = 1')
    await typeInto(other, 3, '  # seen')
    await expect(cell(page, 3)).toContainText('# seen')
    await saved(page)
    await cell(other, 2).getByRole('button', { name: 'Run this cell' }).click()
    await cell(other, 3).getByRole('button', { name: 'Run this cell' }).click()
    await expect(outputs(page, 3)).toContainText('42')
    await bob.close()
  })

  await test.step('a running cell is interrupted', async () => {
    await cell(page, 4).getByRole('button', { name: 'Run this cell' }).click()
    await expect(outputs(page, 4)).toContainText('step 3')
    await page.getByRole('button', { name: 'Interrupt' }).click()
    await expect(outputs(page, 4)).toContainText('KeyboardInterrupt')
    await expect(page.getByRole('article', { name: /cell 4 of 6, failed/ })).toBeVisible()
  })

  await test.step('input() is answered in the cell', async () => {
    await cell(page, 5).getByRole('button', { name: 'Run this cell' }).click()
    const prompt = cell(page, 5).getByRole('textbox', { name: /Who is there/ })
    await prompt.fill('Grace')
    await prompt.press('Enter')
    await expect(outputs(page, 5)).toContainText('hello Grace')
    // What a cell writes is among the files without a word.
    await expect(page.getByRole('treeitem', { name: 'guests.txt' })).toBeVisible()
  })

  await test.step('a closed tab does not stop the run', async () => {
    await cell(page, 6).getByRole('button', { name: 'Run this cell' }).click()
    await expect(outputs(page, 6)).toContainText('tick 2')
    await page.close()
    const back = await open(ada, program, 'day.ipynb')
    await expect(outputs(back, 6)).toContainText('finished')
    await expect(outputs(back, 6)).toContainText('tick 0')
  })

  await test.step('every run is in the log', async () => {
    const { code, stdout } = await runCommand(['log', `${folder}/day.ipynb`, '--json'])
    expect(code).toBe(0)
    const runs = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { cell: number; outcome: string })
    expect(runs.map(({ cell: place, outcome }) => `${place} ${outcome}`)).toEqual([
      '6 ok',
      '5 ok',
      '4 error',
      '3 ok',
      '2 ok',
    ])
  })
})

test('keys make, move, change, delete and bring back cells', async ({ browser }) => {
  const page = await open(await signedIn(browser, program), program, 'day.ipynb')
  await cell(page, 2).click({ position: { x: 4, y: 4 } })
  await page.keyboard.press('Escape')
  await page.keyboard.press('b')
  await page.keyboard.press('Enter')
  await page.keyboard.type('print("made by keys")')
  await page.keyboard.press('Shift+Enter')
  await expect(outputs(page, 3)).toContainText('made by keys')
  await expect(cell(page, 3)).toHaveAccessibleName('Code cell 3 of 7')
  await page.keyboard.press('Escape')
  await page.keyboard.press('k')
  await page.keyboard.press('d')
  await page.keyboard.press('d')
  await expect(page.getByRole('article')).toHaveCount(6)
  await page.keyboard.press('z')
  await expect(page.getByRole('article')).toHaveCount(7)
  await expect(outputs(page, 3)).toContainText('made by keys')
})

test('the history lists each run, and a receipt explains it', async ({ browser }) => {
  const page = await open(await signedIn(browser, program), program, 'day.ipynb')
  await cell(page, 2).getByRole('button', { name: 'Run this cell' }).click()
  await cell(page, 3).getByRole('button', { name: 'Run this cell' }).click()
  await expect(outputs(page, 3)).toContainText('42')
  await page.getByRole('button', { name: 'History' }).click()
  const panel = page.getByRole('region', { name: 'History' })
  await expect(panel).toContainText('a = 20')
  await panel.getByRole('button', { name: /^Done.*print\(a \+ 22\)/ }).click()
  await expect(panel).toContainText('What it used')
  await expect(panel).toContainText(/made by run/)
})
