/** Widgets live in their frames: they follow the kernel, the kernel follows them, in every page, also in one that comes late. */
import { expect, type FrameLocator, type Page, test } from '@playwright/test'
import { writeNotebook } from '../support/notebook-file.ts'
import { cell, open, outputs, signedIn } from '../support/person.ts'
import { inked } from '../support/pixels.ts'
import { discard, newFolder, type Program, startProgram } from '../support/program.ts'

const cells = [
  'import ipywidgets as widgets\nslider = widgets.IntSlider(3, description="speed")\nslider',
  'print("speed is", slider.value)',
  `from ipywidgets import interact
def double(x):
    print("x is", x)
    return x * 2
interact(double, x=10)
None`,
  `import anywidget, traitlets
class Counter(anywidget.AnyWidget):
    _esm = """
    export default { render({ model, el }) {
      const button = document.createElement("button")
      const draw = () => { button.textContent = "count is " + model.get("count") }
      button.addEventListener("click", () => { model.set("count", model.get("count") + 1); model.save_changes() })
      model.on("change:count", draw)
      draw()
      el.append(button)
    } }
    """
    count = traitlets.Int(0).tag(sync=True)
counter = Counter()
counter`,
  'counter.count += 10\nprint("count was", counter.count - 10)',
  `button = widgets.Button(description="Press", icon="check")
button.on_click(lambda _: print("pressed"))
button`,
  'from tqdm.auto import tqdm\nimport time\nfor step in tqdm(range(40), desc="auto"): time.sleep(0.1)',
]

let folder: string
let program: Program
test.beforeEach(async () => {
  folder = await newFolder()
  await writeNotebook(folder, 'live.ipynb', cells)
  program = await startProgram(folder)
})
test.afterEach(async () => {
  await program.stop()
  await discard(folder)
})

async function widget(page: Page, n: number): Promise<FrameLocator> {
  await outputs(page, n).scrollIntoViewIfNeeded()
  return outputs(page, n).locator('iframe').first().contentFrame()
}

const run = (page: Page, n: number): Promise<void> =>
  cell(page, n).getByRole('button', { name: 'Run this cell' }).click()

test('sliders, interact, anywidget, buttons and progress bars, in two pages and after a reload', async ({
  browser,
}) => {
  test.slow()
  const context = await signedIn(browser, program)
  const page = await open(context, program, 'live.ipynb')
  await run(page, 1)
  await (await widget(page, 1)).getByRole('slider').press('ArrowRight')
  await (await widget(page, 1)).getByRole('slider').press('ArrowRight')
  await expect((await widget(page, 1)).locator('.widget-readout')).toHaveText('5')
  // Widgets send one change at a time, and the next when the kernel has taken it.
  await expect(async () => {
    await run(page, 2)
    await expect(outputs(page, 2)).toContainText(/speed is \d/)
    expect(await outputs(page, 2).textContent()).toContain('speed is 5')
  }).toPass()

  await test.step('interact shows what the function prints and answers, below its controls', async () => {
    await run(page, 3)
    const frame = await widget(page, 3)
    await expect(frame.locator('body')).toContainText('x is 10')
    await frame.getByRole('slider').press('ArrowRight')
    await expect(frame.locator('body')).toContainText('x is 11')
    await expect(frame.locator('body')).toContainText('22')
    await expect(frame.locator('body')).not.toContainText('x is 10')
    const box = await outputs(page, 3).locator('iframe').boundingBox()
    expect(box?.height).toBeGreaterThan(70)
  })

  await test.step('an anywidget runs the module that it brings, and follows both ways', async () => {
    await run(page, 4)
    await (await widget(page, 4)).getByRole('button').click()
    await expect((await widget(page, 4)).getByRole('button')).toHaveText('count is 1')
    await run(page, 5)
    await expect(outputs(page, 5)).toContainText('count was 1')
    await expect((await widget(page, 4)).getByRole('button')).toHaveText('count is 11')
  })

  await test.step('what a callback prints is shown with its widget', async () => {
    await run(page, 6)
    await (await widget(page, 6)).getByRole('button', { name: 'Press' }).click()
    await expect(outputs(page, 6)).toContainText('pressed')
  })

  await test.step('a bar moves while the kernel is busy, also in a page that comes late, and reaches 100 %', async () => {
    await run(page, 7)
    const bar = (await widget(page, 7)).locator('body')
    await expect(bar).toContainText(/auto:\s+[1-9]\d?%/)
    const late = await open(context, program, 'live.ipynb')
    const lateBar = (await widget(late, 7)).locator('body')
    await expect(lateBar).toContainText(/auto:\s+[1-9]/)
    for (const one of [bar, lateBar]) await expect(one).toContainText(/100%\s*40\/40/)
    expect(await inked(outputs(page, 7).locator('iframe'))).toBeGreaterThan(0.1)
    await expect((await widget(late, 1)).locator('.widget-readout')).toHaveText('5')
    await (await widget(late, 1)).getByRole('slider').press('ArrowLeft')
    await expect((await widget(page, 1)).locator('.widget-readout')).toHaveText('4')
    await late.close()
  })

  await test.step('a reload brings all of it back', async () => {
    await page.reload()
    await expect((await widget(page, 1)).locator('.widget-readout')).toHaveText('4')
    await expect((await widget(page, 3)).locator('body')).toContainText('x is 11')
    await expect((await widget(page, 7)).locator('body')).toContainText('100%')
  })

  await test.step('with another kernel the widget stays as it was, and a new page says that it is over', async () => {
    await page.getByRole('button', { name: 'Restart', exact: true }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Restart' }).click()
    await expect(page.getByRole('button', { name: /^Kernel: .*Idle/ })).toBeVisible()
    await expect((await widget(page, 1)).locator('.widget-readout')).toHaveText('4')
    await page.reload()
    await expect(outputs(page, 1)).toContainText('Run the cell again')
    await expect(outputs(page, 1)).toContainText('IntSlider')
  })
})
