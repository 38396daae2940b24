/** The program below a path of a host, behind a proxy that takes the path off, or leaves it, or changes the host. */
import { expect, test } from '@playwright/test'
import { writeNotebook } from '../support/notebook-file.ts'
import { cell, outputs } from '../support/person.ts'
import { discard, newFolder, type Program, startProgram } from '../support/program.ts'
import { freePort, startProxy, type TlsProxy } from '../support/proxy.ts'

const BASE = '/team/notes'
let folder: string
let proxy: TlsProxy
let port = 0
let program: Program

test.beforeEach(async () => {
  folder = await newFolder()
  await writeNotebook(folder, 'a.ipynb', [
    'from IPython.display import HTML\nHTML("<p id=said>nothing ran</p><script>said.textContent = `script ran`</script>")',
  ])
  proxy = await startProxy(BASE)
  port = await freePort()
  const words = ['--public-url', `${proxy.origin}${BASE}/`, '--trusted-proxy', '127.0.0.1']
  program = await startProgram(folder, { port, words })
})
test.afterEach(async () => {
  await program.stop()
  proxy.close()
  await discard(folder)
})

test('page, sockets, frames, links and sign-in work below the path', async ({ browser }) => {
  expect(program.url).toMatch(`${proxy.origin}${BASE}/?token=`)
  proxy.to = { port, strips: false }
  const context = await browser.newContext({
    ignoreHTTPSErrors: true,
    viewport: { width: 1440, height: 900 },
  })
  const page = await context.newPage()
  await page.goto(program.url)
  await expect(page).toHaveURL(`${proxy.origin}${BASE}/`)
  const [cookie] = await context.cookies()
  expect([cookie?.name, cookie?.path, cookie?.secure]).toEqual([
    expect.stringMatching(/^__Secure-/),
    BASE,
    true,
  ])
  await page
    .getByRole('link', { name: /a\.ipynb|^a$/ })
    .first()
    .click()
  await expect(page).toHaveURL(`${proxy.origin}${BASE}/notebooks/a.ipynb`)
  await cell(page, 1).getByRole('button', { name: 'Run this cell' }).click()
  await expect(outputs(page, 1).frameLocator('iframe').getByText('script ran')).toBeVisible()

  proxy.to = { port, strips: true, host: `127.0.0.1:${port}` }
  await page.reload()
  await expect(outputs(page, 1).frameLocator('iframe').getByText('script ran')).toBeVisible()
  await cell(page, 1).getByRole('button', { name: 'Run this cell' }).click()
  await expect(cell(page, 1).getByText('[2]')).toBeVisible()

  await page.getByRole('button', { name: 'Share', exact: true }).click()
  const dialog = page.getByRole('dialog', { name: 'Share this project' })
  await dialog.getByRole('button', { name: 'Create link' }).click()
  const link = await dialog.getByRole('textbox', { name: 'Invitation link' }).inputValue()
  expect(link).toMatch(`${proxy.origin}${BASE}/join?invite=`)
  const grace = await (await browser.newContext({ ignoreHTTPSErrors: true })).newPage()
  await grace.goto(link)
  await expect(grace.getByRole('button', { name: /Join with a passkey/ }), 'the script runs').toBeVisible()
  await grace.getByLabel('Your name').fill('Grace')
  await grace.getByLabel('A password').fill('correct horse battery')
  await grace.getByRole('button', { name: 'Join', exact: true }).click()
  await expect(grace).toHaveURL(`${proxy.origin}${BASE}/`)
  await expect(grace.getByRole('button', { name: /^You are Grace/ })).toBeVisible()
  expect(proxy.outside).toEqual([])
  await grace.context().close()
  await context.close()
})
