/** The one-time token on its way to the browser: no other user of the machine sees it. */
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { openBrowser, redirectPage } from '../../src/cli/open-browser.ts'

const url = 'http://127.0.0.1:8888/?token=a-secret&next="<b>'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'yesterday-open-'))
  vi.stubEnv('YESTERDAY_HOME', folder)
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true, force: true })
})

test('the browser gets a private file that leads on, and no token on its command line', () => {
  const opened: string[] = []
  const remove = openBrowser(url, (address) => opened.push(address))
  const [address = ''] = opened
  expect(address).toMatch(/^file:.*[0-9a-f]{32}\.html$/)
  expect(address).not.toContain('secret')
  const file = fileURLToPath(address)
  expect(readFileSync(file, 'utf8')).toContain('token=a-secret&amp;next=')
  if (process.platform !== 'win32') {
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(statSync(join(file, '..')).mode & 0o777).toBe(0o700)
  }
  remove()
  expect(existsSync(file)).toBe(false)
})

test('the page says nothing but the address', () => {
  const page = redirectPage(url)
  expect(page).not.toContain('<b>')
  expect(page.match(/&quot;&lt;b>/g)).toHaveLength(2)
  expect(page).toContain('no-referrer')
})
