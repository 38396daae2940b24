/**
 * Outputs that came with a file reach other hosts only after consent; those produced here reach them at once. No output
 * opens a window or leaves its frame, unless a person clicks a link and confirms the address.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type BrowserContext, expect, type Page, test } from '@playwright/test'
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

/** Outputs that go to another page in their frame, as soon as they are drawn. */
const SELF = [
  '<script>location = "https://w.invalid/self"</script>',
  '<meta http-equiv="refresh" content="0;url=https://w.invalid/meta"><script>1</script>',
]
/** Each tries to open a window or to leave by itself, and shows what came of it. */
const ATTEMPTS = [
  'result = String(window.open("https://w.invalid/open"))',
  'result = String(window.open("https://w.invalid/open-top", "_top"))',
  'link("_blank").click(); result = "tried"',
  'link("_top").click(); result = "tried"',
  'form("_blank").submit(); result = "tried"',
  'form("_top").requestSubmit(); result = "tried"',
  'top.location = "https://w.invalid/top"; result = "tried"',
  'parent.location.replace("https://w.invalid/parent"); result = "tried"',
].map(
  (attempt) => `<p id="result">nothing</p><script>
function link(target) { return add(Object.assign(document.createElement("a"), { href: "https://w.invalid/" + target, target })) }
function form(target) { return add(Object.assign(document.createElement("form"), { action: "https://w.invalid/form", target })) }
function add(element) { document.body.append(element); return element }
let result = "refused"
try { ${attempt} } catch {}
document.getElementById("result").textContent = result
</script>`,
)
/** What a person clicks. The code of the last button asks without end. */
const CLICKED = `<p id="result">nothing</p><p id="count">0</p>
<button onclick="result.textContent = 'window ' + window.open('https://w.invalid/button')">window</button>
<button onclick="try { top.location = 'https://w.invalid/top'; result.textContent = 'tried' } catch { result.textContent = 'refused' }">top</button>
<form target="_blank" action="https://w.invalid/form"><button>form</button></form>
<a id="link" target="_blank" href="https://w.invalid/link?x=1">link</a>
<button onclick="setInterval(() => { window.focus(); link.focus(); link.click(); count.textContent = Number(count.textContent) + 1 }, 20)">hammer</button>`

let folder: string
let program: Program
test.beforeEach(async () => {
  folder = await newFolder()
  for (const name of ['a.ipynb', 'b.ipynb']) await writeForeign(name, [HTML])
  await writeForeign('windows.ipynb', [...SELF, ...ATTEMPTS, CLICKED])
  program = await startProgram(folder)
})
test.afterEach(async () => {
  await program.stop()
  await discard(folder)
})

/** A notebook as it comes from elsewhere: the outputs of its first cells were not produced here. */
async function writeForeign(name: string, outputs: readonly string[]): Promise<void> {
  await writeNotebook(folder, name, [...outputs.map(() => SOURCE), SOURCE])
  const file = join(folder, name)
  const notebook = JSON.parse(await readFile(file, 'utf8'))
  for (const [n, html] of outputs.entries())
    notebook.cells[n].outputs = [{ output_type: 'display_data', metadata: {}, data: { 'text/html': [html] } }]
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

/** The pages that opened, and what asked the other host. */
async function watched(context: BrowserContext) {
  const found: { readonly pages: Page[]; readonly requests: string[] } = { pages: [], requests: [] }
  context.on('page', (page) => found.pages.push(page))
  await context.route('https://w.invalid/**', (route) => {
    found.requests.push(route.request().url())
    return route.fulfill({ contentType: 'text/html', body: 'another page' })
  })
  return found
}

test('windows open by a click on a link and a confirmation, and in no other way', async ({ browser }) => {
  const context = await signedIn(browser, program)
  const page = await open(context, program, 'windows.ipynb')
  const address = page.url()
  const found = await watched(context)
  const body = (n: number) => outputs(page, n).locator('iframe').contentFrame().locator('body')
  const dialog = page.getByRole('dialog')
  const expectNothing = async () => {
    expect([found.pages.length, found.requests, page.url()]).toEqual([0, [], address])
    await expect(dialog).toHaveCount(0)
  }

  await test.step('an output that goes elsewhere in its frame is closed', async () => {
    for (const n of SELF.keys()) {
      await cell(page, n + 1).scrollIntoViewIfNeeded()
      await expect(outputs(page, n + 1)).toContainText('tried to go to another page')
    }
    await expectNothing()
  })

  await test.step('code without a click opens nothing and asks nothing', async () => {
    for (const n of ATTEMPTS.keys()) {
      const at = SELF.length + n + 1
      await cell(page, at).scrollIntoViewIfNeeded()
      await expect(body(at).locator('#result')).toHaveText(/^(null|tried|refused)$/)
    }
    await expectNothing()
  })

  const clicked = body(SELF.length + ATTEMPTS.length + 1)
  await test.step('code that a click runs opens nothing', async () => {
    await cell(page, SELF.length + ATTEMPTS.length + 1).scrollIntoViewIfNeeded()
    await clicked.getByRole('button', { name: 'window' }).click()
    await expect(clicked.locator('#result')).toHaveText('window null')
    await clicked.getByRole('button', { name: 'top' }).click()
    await expect(clicked.locator('#result')).toHaveText('refused')
    await clicked.getByRole('button', { name: 'form' }).click()
    await expectNothing()
  })

  await test.step('a clicked link opens when its address is confirmed', async () => {
    await clicked.getByRole('link').click()
    await expect(dialog).toContainText('https://w.invalid/link?x=1')
    await expect(dialog.getByRole('heading')).toContainText('w.invalid')
    expect(found.pages).toEqual([])
    const [popup] = await Promise.all([
      context.waitForEvent('page'),
      dialog.getByRole('button', { name: 'Open', exact: false }).click(),
    ])
    await popup.waitForURL('https://w.invalid/link?x=1')
    expect(await popup.evaluate(() => [window.opener, document.referrer])).toEqual([null, ''])
    await popup.close()
  })

  await test.step('code that asks without end does not ask again by the click that refused', async () => {
    await clicked.getByRole('button', { name: 'hammer' }).click()
    await expect(dialog).toBeVisible()
    await dialog.getByRole('button', { name: 'Cancel' }).click()
    const count = async () => Number(await clicked.locator('#count').textContent())
    const asked = await count()
    await expect.poll(count).toBeGreaterThan(asked + 10)
    await expect(dialog).toHaveCount(0)
    expect(found.pages.length).toBe(1)
  })
})
