/**
 * A team over TLS: two browsers under different host names of one server, with a certificate that the test makes. Each role
 * may do what it may and nothing more, people discuss and follow each other, and who is removed is out at once.
 */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { type Browser, type BrowserContext, expect, type Page, test } from '@playwright/test'
import { writeNotebook } from '../support/notebook-file.ts'
import { cell, outputs, typeInto } from '../support/person.ts'
import { discard, newFolder, type Program, startProgram } from '../support/program.ts'

/** Names below `localhost` are this machine's (RFC 6761); a browser keeps their cookies apart. */
const [OWN, OTHER] = ['lab.localhost', 'guest.localhost']
const PASSWORD = 'correct horse battery'

let folder: string
let keys: string
let program: Program

test.beforeEach(async () => {
  ;[folder, keys] = [await newFolder(), await newFolder()]
  await writeNotebook(folder, 'team.ipynb', ['print("from " + "the kernel")', 'spare = 1'])
  const [cert, key] = [join(keys, 'cert.pem'), join(keys, 'key.pem')]
  const names = `subjectAltName=DNS:${OWN},DNS:${OTHER}`
  const words = [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-days',
    '2',
  ]
  const made = ['-subj', `/CN=${OWN}`, '-addext', names, '-keyout', key, '-out', cert]
  execFileSync('openssl', [...words, ...made], { stdio: 'ignore' })
  program = await startProgram(folder, {
    words: ['--host', '127.0.0.1', '--tls-cert', cert, '--tls-key', key],
  })
})
test.afterEach(async () => {
  await program.stop()
  await discard(folder)
  await discard(keys)
})

const secure = (browser: Browser): Promise<BrowserContext> =>
  browser.newContext({ ignoreHTTPSErrors: true, viewport: { width: 1440, height: 900 } })

/** The same page of the server under its other name. */
const otherName = (link: string): string => link.replace(`//${OWN}:`, `//${OTHER}:`)

async function opened(context: BrowserContext, origin: string): Promise<Page> {
  const page = await context.newPage()
  await page.goto(`${origin}/notebooks/team.ipynb`)
  await expect(cell(page, 1)).toBeVisible()
  return page
}

async function invite(owner: Page): Promise<string> {
  await owner.getByRole('button', { name: 'Share', exact: true }).click()
  const dialog = owner.getByRole('dialog', { name: 'Share this project' })
  await dialog.getByRole('combobox', { name: 'Role', exact: true }).selectOption('viewer')
  await dialog.getByRole('button', { name: 'Create link' }).click()
  const link = await dialog.getByRole('textbox', { name: 'Invitation link' }).inputValue()
  await owner.keyboard.press('Escape')
  return link
}

/** A request by a page: names below `localhost` are known to browsers alone. */
const ask = (page: Page, method: string, path: string, body?: object) =>
  page.evaluate(
    async ([verb, where, text]) => {
      const headers = text === null ? undefined : { 'content-type': 'application/json' }
      const answer = await fetch(where, { method: verb, body: text, ...(headers && { headers }) })
      const said = await answer.text()
      return { status: answer.status, json: said.startsWith('{') ? JSON.parse(said) : null }
    },
    [method, path, body === undefined ? null : JSON.stringify(body)] as const,
  )

/** What a role may or may not do, asked by the person's own page: true, or 403. */
async function allowed(page: Page, document: string): Promise<(true | number)[]> {
  const comment = { anchor: { on: 'cell', cell: 'c1' }, text: 'from the API' }
  const asked = [
    ['GET', '/api/files', undefined],
    ['POST', `/api/notebooks/${document}/comments`, comment],
    ['PUT', '/api/files/note.txt?overwrite=1', {}],
    ['POST', '/api/kernels/none/interrupt', undefined],
    ['GET', '/api/people', undefined],
  ] as const
  const found: (true | number)[] = []
  for (const [method, path, body] of asked) {
    const { status } = await ask(page, method, path, body)
    found.push(status === 403 ? 403 : true)
  }
  return found
}

test('two host names: each role, a mention, following, and a removal while connected', async ({
  browser,
}) => {
  const [origin, elsewhere] = [program.origin, otherName(program.origin)]
  expect(new URL(origin).protocol).toBe('https:')
  const ada = await secure(browser)
  const owner = await ada.newPage()
  await owner.goto(program.url)
  const link = await invite(owner)
  const grace = await secure(browser)
  const joining = await grace.newPage()
  await joining.goto(otherName(link))
  await joining.getByLabel('Your name').fill('Grace Hopper')
  await joining.getByLabel('A password').fill(PASSWORD)
  await joining.getByRole('button', { name: 'Join', exact: true }).click()
  await expect(joining.getByRole('link', { name: /team/ }).first()).toBeVisible()
  const [cookie] = await grace.cookies(elsewhere)
  expect(cookie).toMatchObject({ domain: OTHER, httpOnly: true, secure: true, sameSite: 'Strict' })
  expect(cookie?.name).toMatch(/^__Host-/)
  await joining.close()

  // Her cookie is good under the name where she signed in.
  const stray = await grace.newPage()
  await stray.goto(`${origin}/notebooks/team.ipynb`)
  await expect(stray.getByRole('heading', { name: /Sign in/ })).toBeVisible()
  await stray.close()
  const page = await opened(grace, elsewhere)
  const watching = await opened(ada, origin)

  // Each role may do what the roles before it may.
  const { documentId } = (await ask(page, 'POST', '/api/notebooks/open', { path: 'team.ipynb' })).json
  const { members } = (await ask(watching, 'GET', '/api/people')).json
  const { id } = members.find(({ name }: { name: string }) => name === 'Grace Hopper')
  for (const [rank, role] of ['viewer', 'commenter', 'editor', 'runner'].entries()) {
    const changed = await ask(watching, 'PATCH', `/api/people/members/${id}`, { role })
    expect(changed.status).toBe(200)
    const expected = [0, 1, 2, 3, 4].map((place) => (place <= rank ? true : 403))
    expect(await allowed(page, documentId), role).toEqual(expected)
  }
  await expect(cell(page, 1).getByRole('button', { name: 'Run this cell' })).toBeVisible()
  await cell(page, 1).getByRole('button', { name: 'Run this cell' }).click()
  await expect(outputs(watching, 1)).toContainText('from the kernel')

  // A mention, and following.
  await cell(watching, 2).focus()
  await watching.keyboard.press('Shift+n')
  const field = watching.getByRole('combobox', { name: 'Comment' })
  await field.pressSequentially('Look, @Grace Hopper ')
  await watching.keyboard.press('ControlOrMeta+Enter')
  await expect(page.getByText(/mentions you in a comment/)).toBeVisible()
  await typeInto(page, 2, '  # hers')
  await expect(cell(watching, 2)).toContainText('# hers')
  await watching.getByRole('button', { name: 'Follow Grace Hopper' }).click()
  await expect(watching.getByText(/Following Grace Hopper/).first()).toBeVisible()

  expect((await ask(watching, 'DELETE', `/api/people/members/${id}`)).status).toBe(200)
  await expect(page.getByRole('heading', { name: /Sign in/ })).toBeVisible()
  expect((await ask(page, 'GET', '/api/files')).status).toBe(401)
})
