/** A notebook with git's conflict markers opens in a resolver: two people choose together, and git takes the result. */
import { execFileSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { seriousFindings } from '../support/axe.ts'
import { writeNotebook } from '../support/notebook-file.ts'
import { cell, signedIn } from '../support/person.ts'
import { discard, newFolder, type Program, startProgram } from '../support/program.ts'

let folder: string
let program: Program

const git = (...words: string[]): string =>
  execFileSync(
    'git',
    ['-c', 'user.name=a', '-c', 'user.email=a@b.c', '-c', 'commit.gpgsign=false', ...words],
    {
      cwd: folder,
      encoding: 'utf8',
      stdio: 'pipe',
    },
  )

test.beforeEach(async () => {
  folder = await newFolder()
  await writeFile(join(folder, '.gitignore'), '.yesterday\n')
  git('init', '-q', '-b', 'main')
  for (const [branch, n] of [
    ['base', 1],
    ['theirs', 3],
    ['main', 2],
  ] as const) {
    if (branch === 'theirs') git('checkout', '-qb', branch)
    if (branch === 'main') git('checkout', '-q', branch)
    await writeNotebook(folder, 'a.ipynb', [`alpha = ${n}`, 'print("same")', `beta = ${n}`])
    git('add', '.')
    git('commit', '-qm', branch)
  }
  expect(() => git('merge', '-q', 'theirs')).toThrow()
  program = await startProgram(folder)
})

test.afterEach(async () => {
  await program.stop()
  await discard(folder)
})

test('two people choose, one finishes, and the merge is committed', async ({ browser }) => {
  const context = await signedIn(browser, program)
  const [ada, bo] = [await context.newPage(), await context.newPage()]
  for (const page of [ada, bo]) {
    await page.goto(`${program.origin}/notebooks/a.ipynb`)
    await expect(page.getByText('2 of 2 conflicts left to decide')).toBeVisible()
  }
  expect(await seriousFindings(ada)).toEqual([])
  await ada.keyboard.press('2')
  await expect(bo.getByText('took theirs')).toBeVisible()
  await bo.getByRole('button', { name: 'Next conflict' }).click()
  await bo.keyboard.press('e')
  await bo.getByLabel('The result').fill('beta = 5')
  await bo.getByLabel('The result').blur()
  await expect(ada.getByText('All 2 conflicts are decided.')).toBeVisible()
  await expect(ada.getByLabel('The result')).toHaveValue('beta = 5')
  expect(await readFile(join(folder, 'a.ipynb'), 'utf8')).toContain('<<<<<<<')
  await ada.getByRole('button', { name: 'Finish' }).click()
  await expect(ada.getByText('Next, in a terminal: git add -- a.ipynb')).toBeVisible()
  await expect(cell(ada, 1)).toContainText('alpha = 3')
  await expect(cell(ada, 3)).toContainText('beta = 5')
  await bo.getByRole('button', { name: 'Open the notebook' }).click()
  await expect(cell(bo, 3)).toContainText('beta = 5')
  git('add', '--', 'a.ipynb')
  git('commit', '-qm', 'merged')
  expect(git('status', '--short')).toBe('')
})
