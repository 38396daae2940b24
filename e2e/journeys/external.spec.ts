/** Outputs that came with a file reach other hosts only after consent; those produced here reach them at once. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, type Page, test } from '@playwright/test'
import { seriousFindings } from '../support/axe.ts'
import { writeNotebook } from '../support/notebook-file.ts'
import { cell, open, outputs, signedIn } from '../support/person.ts'
import { discard, newFolder, type Program, startProgram } from '../support/program.ts'

// It says whether the browser asked the other host, which is nowhere, or was kept from asking.
const HTML = `<p id="said">nothing</p><script>
document.addEventListener("securitypolicyviolation", () => { said.textContent = "kept" })
const picture = new Image()
picture.onerror = () => { if (said.textContent !== "kept") said.textContent = "asked" }
picture.src = "https://cdn.invalid/picture.png"
</script>`
const SOURCE = `from IPython.display import HTML\nHTML('''${HTML}''')`

let folder: string
let program: Program
test.beforeEach(async () => {
  folder = await newFolder()
  for (const name of ['a.ipynb', 'b.ipynb']) await writeForeign(name)
  program = await startProgram(folder)
})
test.afterEach(async () => {
  await program.stop()
  await discard(folder)
})

/** A notebook as it comes from elsewhere: its first cell has an output that was not produced here. */
async function writeForeign(name: string): Promise<void> {
  await writeNotebook(folder, name, [SOURCE, SOURCE])
  const file = join(folder, name)
  const notebook = JSON.parse(await readFile(file, 'utf8'))
  notebook.cells[0].outputs = [{ output_type: 'display_data', metadata: {}, data: { 'text/html': [HTML] } }]
  await writeFile(file, JSON.stringify(notebook))
}

const said = (page: Page, n: number) => outputs(page, n).locator('iframe').contentFrame().locator('#said')

test('what came with the file asks once; own results do not ask', async ({ browser }) => {
  const context = await signedIn(browser, program)
  const page = await open(context, program, 'a.ipynb')
  const bar = page.getByRole('region', { name: 'External content' })
  await expect(bar).toContainText('Some outputs want to load content from cdn.invalid')
  await expect(said(page, 1)).toHaveText('kept')
  expect(await seriousFindings(page, { within: ['.external-bar'] })).toEqual([])

  await cell(page, 2).locator('.code-editor').click()
  await page.keyboard.press('Control+Enter')
  await expect(said(page, 2)).toHaveText('asked')
  await expect(said(page, 1)).toHaveText('kept')
  await page.reload()
  await expect(said(page, 2)).toHaveText('asked')
  await expect(said(page, 1)).toHaveText('kept')

  await bar.getByRole('button', { name: 'Load for this notebook' }).click()
  await expect(bar).toBeHidden()
  await expect(said(page, 1)).toHaveText('asked')
  await page.reload()
  await expect(said(page, 1)).toHaveText('asked')
  await expect(bar).toBeHidden()

  const other = await open(context, program, 'b.ipynb')
  const question = other.getByRole('region', { name: 'External content' })
  await question.getByRole('button', { name: 'Never load external content' }).click()
  await other.reload()
  await expect(said(other, 1)).toHaveText('kept')
  await expect(question).toBeHidden()
})
