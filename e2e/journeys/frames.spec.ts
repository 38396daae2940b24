/** Outputs in sandboxed frames show what the last run made, also if it comes at once, and run their code again. */
import { expect, type Locator, test } from '@playwright/test'
import { writeNotebook } from '../support/notebook-file.ts'
import { cell, open, outputs, signedIn } from '../support/person.ts'
import { discard, newFolder, type Program, startProgram } from '../support/program.ts'

const cells = [
  'n = globals().get("n", 0) + 1',
  'import pandas as pd\npd.DataFrame({"made": [f"table {n}"]})',
  `from IPython.display import HTML, Javascript, display
HTML(f'<p id="said">nothing ran</p><script>const text = "script {n}"; said.textContent = text</script>')`,
  'Javascript("element.textContent = \'code \' + Math.random()")',
  `display({"application/vnd.plotly.v1+json": {"data": [{"y": [1, n]}], "layout": {"title": {"text": f"plot {n}"}}}}, raw=True)`,
  `shown = display(HTML("<b>step 0</b>"), display_id=True)
for step in range(1, 4):
    shown.update(HTML(f"<b>step {step} of run {n}</b>"))`,
]

let folder: string
let program: Program
test.beforeEach(async () => {
  folder = await newFolder()
  await writeNotebook(folder, 'frames.ipynb', cells)
  program = await startProgram(folder)
})
test.afterEach(async () => {
  await program.stop()
  await discard(folder)
})

test('tables, scripts, plots and updated displays show the last run, run after run', async ({ browser }) => {
  const page = await open(await signedIn(browser, program), program, 'frames.ipynb')
  const body = (n: number): Locator => outputs(page, n).locator('iframe').contentFrame().locator('body')
  const seen = new Set<string>()
  for (const run of [1, 2, 3]) {
    await page.getByRole('button', { name: 'Run all', exact: true }).click()
    await expect(outputs(page, 2).getByRole('grid')).toContainText(`table ${run}`)
    await expect(body(3)).toHaveText(`script ${run}`)
    await expect(cell(page, 6)).toContainText('Done')
    await expect(body(6)).toHaveText(`step 3 of run ${run}`)
    await expect(body(5)).toContainText(`plot ${run}`)
    await expect(body(5).locator('.main-svg').first()).toBeVisible()
    await expect(body(4)).toHaveText(/^\s*code 0\.\d+$/)
    await expect.poll(async () => seen.has((await body(4).textContent()) ?? '')).toBe(false)
    seen.add((await body(4).textContent()) ?? '')
  }
  expect(seen.size).toBe(3)
})
