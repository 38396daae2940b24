/** Figures and tables in frames: as high as what they show, as wide as the page, and not blank. Nothing is fetched elsewhere. */
import { expect, type Locator, type Page, test } from '@playwright/test'
import { seconds } from '../../server/setup/patience.js'
import { writeNotebook } from '../support/notebook-file.ts'
import { cell, open, outputs, signedIn } from '../support/person.ts'
import { inked } from '../support/pixels.ts'
import { discard, newFolder, type Program, startProgram } from '../support/program.ts'

const cells = [
  'import plotly.express as px\npx.line(x=[1,2,3], y=[1,4,9])',
  'import plotly.graph_objects as go\ngo.Figure(go.Bar(x=["a", "b"], y=[1, 2]), layout={"height": 240})',
  'import pandas as pd\nframe = pd.DataFrame({"word": ["a", "b"], "number": [1.5, 2.5]})\nframe.style.highlight_max()',
  'frame',
  'import altair as alt\nchart = alt.Chart(frame).mark_bar().encode(x="word", y="number")\nchart',
  `display({"application/vnd.vegalite.v6.json": chart.to_dict()}, raw=True)`,
  'from bokeh.io import output_notebook\nfrom bokeh.plotting import figure, show\noutput_notebook()',
  'shown = figure(height=280)\nshown.line([1, 2, 3], [1, 4, 9], line_width=4)\nshow(shown)',
  `from IPython.display import HTML, IFrame
HTML('''<p id="late">soon</p><script>setTimeout(() => { late.style.height = "321px" }, 300)</script>''')`,
  `HTML('<div style="height: 100vh; background: linear-gradient(red, blue)">as high as its frame</div>')`,
  `HTML('<div style="position: absolute; height: 180px">out of the flow</div>')`,
  'IFrame("https://example.org/embedded?page=1", 600, 200)',
  'HTML("<!-- nothing -->")',
]

let folder: string
let program: Program
test.beforeEach(async () => {
  folder = await newFolder()
  await writeNotebook(folder, 'plots.ipynb', cells)
  program = await startProgram(folder)
})
test.afterEach(async () => {
  await program.stop()
  await discard(folder)
})

/** The n-th cell's frame, in view. */
async function frameOf(page: Page, n: number, which = 0): Promise<Locator> {
  await outputs(page, n).scrollIntoViewIfNeeded()
  const frame = outputs(page, n).locator('iframe').nth(which)
  await frame.scrollIntoViewIfNeeded()
  return frame
}

const heightOf = async (frame: Locator): Promise<number> => (await frame.boundingBox())?.height ?? 0

async function expectHeight(frame: Locator, least: number, most: number): Promise<void> {
  await expect.poll(() => heightOf(frame)).toBeGreaterThanOrEqual(least)
  expect(await heightOf(frame)).toBeLessThanOrEqual(most)
}

test('figures and tables show, each in its own height', async ({ browser }) => {
  // Five large libraries are imported.
  test.slow()
  const context = await signedIn(browser, program)
  const asked: string[] = []
  context.on('request', (request) => {
    if (!request.url().startsWith(program.origin) && !/^(?:data|blob):/.test(request.url()))
      asked.push(request.url())
  })
  const page = await open(context, program, 'plots.ipynb')
  await page.getByRole('button', { name: 'Run all', exact: true }).click()
  await expect(cell(page, cells.length)).toContainText('Done', { timeout: seconds(240) })

  await test.step('Plotly: 450 px unless the figure says otherwise, as wide as the frame', async () => {
    const frame = await frameOf(page, 1)
    await expect(frame.contentFrame().locator('.main-svg').first()).toBeVisible()
    await expectHeight(frame, 450, 460)
    await expect.poll(() => inked(frame)).toBeGreaterThan(0.2)
    const widths = async () => {
      const [outer, inner] = await Promise.all([
        frame.boundingBox(),
        frame.contentFrame().locator('.main-svg').first().boundingBox(),
      ])
      return [outer?.width ?? 0, inner?.width ?? 0] as const
    }
    await expect
      .poll(async () => (([outer, inner]) => Math.abs(outer - inner))(await widths()))
      .toBeLessThan(2)
    await page.setViewportSize({ width: 900, height: 900 })
    await expect.poll(async () => (await widths())[0]).toBeLessThan(700)
    await expect
      .poll(async () => (([outer, inner]) => Math.abs(outer - inner))(await widths()))
      .toBeLessThan(2)
    await page.setViewportSize({ width: 1440, height: 900 })
    await expectHeight(await frameOf(page, 2), 240, 250)
  })

  await test.step('a styled table is padded as a table', async () => {
    const padding = async (n: number) => {
      const cell = (await frameOf(page, n)).contentFrame().locator('tbody td').first()
      return cell.evaluate((element) => {
        const { paddingLeft, paddingTop } = getComputedStyle(element)
        return [paddingLeft, paddingTop]
      })
    }
    // The frame as it is saved, which comes second.
    await outputs(page, 4).getByRole('button', { name: 'As it is saved' }).click()
    expect(await padding(3)).toEqual(await padding(4))
    expect(await padding(3)).toEqual(['12px', '5px'])
    await expectHeight(await frameOf(page, 3), 80, 120)
  })

  await test.step('Altair, as HTML and by its own types', async () => {
    for (const n of [5, 6]) {
      const frame = await frameOf(page, n)
      await expect(frame.contentFrame().locator('canvas, svg').first()).toBeVisible()
      await expectHeight(frame, 250, 420)
      await expect.poll(() => inked(frame)).toBeGreaterThan(0.02)
    }
  })

  await test.step('Bokeh', async () => {
    await expect((await frameOf(page, 7)).contentFrame().locator('body')).toContainText('BokehJS is ready')
    const frame = await frameOf(page, 8, 1)
    await expectHeight(frame, 280, 300)
    await expect.poll(() => inked(frame)).toBeGreaterThan(0.02)
  })

  await test.step('content that grows late, follows its frame, or leaves the flow', async () => {
    await expectHeight(await frameOf(page, 9), 321, 365)
    await expectHeight(await frameOf(page, 10), 400, 400)
    await expectHeight(await frameOf(page, 11), 180, 184)
    expect(await heightOf(outputs(page, 13).locator('.output-frame'))).toBeLessThan(8)
  })

  await test.step('an embedded page is a card that names its address', async () => {
    const frame = await frameOf(page, 12)
    const body = frame.contentFrame().locator('body')
    await expect(body).toContainText('It loads only when you ask for it')
    await expect(body).toContainText('https://example.org/embedded?page=1')
    await expectHeight(frame, 200, 210)
  })
  expect(asked, 'nothing is fetched elsewhere').toEqual([])
})
