/**
 * More than 60 ways to become script, under each MIME type, in cells, texts, file names, files and exports: none runs in the
 * app's origin, calls the API, or leaves a link to script in the page.
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, type Page, test } from '@playwright/test'
import { cell, open, signedIn } from '../support/person.ts'
import { discard, newFolder, type Program, startProgram } from '../support/program.ts'
import { outputsOf, PAYLOADS, TYPES, textOutputs } from '../support/xss.ts'

let folder: string
let program: Program
test.beforeEach(async () => {
  folder = await newFolder()
  const code = (source: string, outputs: object[], n: number) => ({
    cell_type: 'code',
    id: `c${n}`,
    metadata: { tags: [PAYLOADS[11]] },
    execution_count: 1,
    source,
    outputs,
  })
  const cells = [
    { cell_type: 'markdown', id: 'm1', metadata: {}, source: PAYLOADS.join('\n\n') },
    ...TYPES.map((type, n) => code(PAYLOADS[n] ?? '', outputsOf(type), n)),
    code(PAYLOADS.join('\n'), textOutputs(), TYPES.length),
  ]
  const metadata = { kernelspec: { name: PAYLOADS[11], display_name: PAYLOADS[12] } }
  await writeFile(
    join(folder, 'xss.ipynb'),
    JSON.stringify({ cells, metadata, nbformat: 4, nbformat_minor: 5 }),
  )
  await writeFile(join(folder, 'name <img src=x onerror=top.hit=1>.txt'), PAYLOADS.join('\n'))
  for (const type of ['html', 'svg', 'xml', 'xhtml', 'md', 'csv', 'pdf'])
    await writeFile(
      join(folder, `page.${type}`),
      `<html xmlns="http://www.w3.org/1999/xhtml">${PAYLOADS[0]}</html>`,
    )
  program = await startProgram(folder)
})
test.afterEach(async () => {
  await program.stop()
  await discard(folder)
})

/** What happened in a page: dialogs, and answers of the API to a payload. */
function watched(page: Page): string[] {
  const seen: string[] = []
  page.on('dialog', (dialog) => {
    seen.push(`dialog ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('response', (response) => {
    if (response.url().includes('xss=1') && response.status() < 400) seen.push(`called ${response.url()}`)
  })
  page.on('popup', (popup) => seen.push(`popup ${popup.url()}`))
  return seen
}

/** Nothing ran in this document, and nothing in it leads to script. */
async function expectUntouched(page: Page, seen: readonly string[], where: string): Promise<void> {
  const found = await page.evaluate(() => {
    const links = [...document.querySelectorAll('a, area, form, iframe, object, embed, base, use')]
    const leads = links.filter((element) =>
      [...element.attributes].some(({ value }) =>
        /^[\s\p{C}]*(javascript|vbscript|data:text\/html)/iu.test(value),
      ),
    )
    const handlers = [...document.querySelectorAll('*')].filter((element) =>
      [...element.attributes].some(({ name }) => name.startsWith('on')),
    )
    return {
      hit: String(Reflect.get(window, 'hit')),
      cookie: typeof document.cookie,
      leads: leads.map(({ outerHTML }) => outerHTML.slice(0, 200)),
      handlers: handlers.map(({ outerHTML }) => outerHTML.slice(0, 200)),
      path: location.origin,
    }
  })
  expect(found, where).toEqual({
    hit: 'undefined',
    cookie: 'string',
    leads: [],
    handlers: [],
    path: program.origin,
  })
  expect(seen, where).toEqual([])
}

test('no output, text, file or export of a hostile notebook runs in the origin of the app', async ({
  browser,
}) => {
  const context = await signedIn(browser, program)
  const page = await open(context, program, 'xss.ipynb')
  const seen = watched(page)
  for (let n = 1; n <= TYPES.length + 2; n++) {
    await cell(page, n).scrollIntoViewIfNeeded()
    const frame = cell(page, n).locator('iframe').first()
    if ((await frame.count()) > 0) await expect(frame.contentFrame().locator('body')).toBeAttached()
  }
  await expectUntouched(page, seen, 'the notebook')
  const frames = page.frames().slice(1)
  expect(frames.length, 'outputs that were drawn in frames').toBeGreaterThan(20)
  await expect(cell(page, TYPES.length + 2)).toContainText('onerror=top.hit=1')
  for (const frame of frames)
    expect(await frame.evaluate(() => self.origin).catch(() => 'null'), frame.url()).toBe('null')

  // Files and the export, opened as addresses of the app.
  const paths = ['html', 'svg', 'xml', 'xhtml', 'md', 'csv', 'pdf'].map(
    (type) => `/api/files/page.${type}?download=1`,
  )
  for (const path of [...paths, '/api/export/xss.ipynb?format=html', '/api/export/xss.ipynb?format=ipynb']) {
    const answer = await context.request.get(`${program.origin}${path}`)
    const {
      'content-disposition': how,
      'x-content-type-options': sniff,
      'content-security-policy': policy,
    } = answer.headers()
    expect([answer.status(), how?.split(';')[0], sniff], path).toEqual([200, 'attachment', 'nosniff'])
    expect(policy, path).toMatch(/sandbox|default-src 'none'/)
  }
  const exported = await (
    await context.request.get(`${program.origin}/api/export/xss.ipynb?format=html`)
  ).text()
  const reader = await context.newPage()
  const read = watched(reader)
  await reader.route('**/exported.html', (route) =>
    route.fulfill({ contentType: 'text/html', body: exported }),
  )
  await reader.goto(`${program.origin}/exported.html`)
  await expect(reader.locator('body')).not.toBeEmpty()
  await expectUntouched(reader, read, 'the export, as if it were a page of the app')

  // The payloads work where nothing stops them.
  await reader.route('**/control.html', (route) =>
    route.fulfill({ contentType: 'text/html', body: PAYLOADS.slice(0, 20).join('') }),
  )
  await reader.goto(`${program.origin}/control.html`)
  await expect.poll(() => reader.evaluate(() => Reflect.get(window, 'hit'))).toBe(1)
})
