// @vitest-environment happy-dom
/** The page words the server's notices in its own language. */
import { noticeTexts, noticeWords } from '@yesterday/server/contract/notices.ts'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

beforeEach(() => vi.resetModules())
afterEach(() => vi.unstubAllGlobals())

async function pageIn(language: string) {
  vi.stubGlobal('navigator', { languages: [language] })
  return import('../src/text/text.ts')
}

test('a notice says the same on the wire and in an English page', async () => {
  const { wordsOf } = await pageIn('en-GB')
  const { code, values, text } = noticeWords('notice.notSaved', { reason: 'disk {I/O} error' })
  expect(text).toBe(
    'Your edits are not saved: disk {I/O} error. The server keeps trying; leave this page open.',
  )
  expect(wordsOf(code, values)).toBe(text)
})

test('a Chinese page has Chinese words for each notice', async () => {
  const { wordsOf } = await pageIn('zh-CN')
  for (const code of Object.keys(noticeTexts)) expect(wordsOf(code, {}), code).toMatch(/\p{Script=Han}{3}/u)
  expect(wordsOf('notice.fileDiskFull', { path: 'a.ipynb' })).toContain('磁盘已满：“a.ipynb”')
})

test('of a code that the page does not know, it has no words', async () => {
  const { wordsOf } = await pageIn('zh')
  expect(wordsOf('notice.ofTomorrow', {})).toBeNull()
  expect(wordsOf('constructor', {})).toBeNull()
})

test('a notice that is shown already is shown once', async () => {
  const { notify } = await import('../src/ui/notices.ts')
  const { Notices } = await import('../src/ui/Notices.tsx')
  const { createRoot } = await import('react-dom/client')
  const { act, createElement } = await import('react')
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true)
  const place = document.createElement('div')
  const root = createRoot(place)
  act(() => root.render(createElement(Notices)))
  act(() => {
    for (const text of ['first', 'again', 'again']) notify('warning', text)
  })
  expect([...place.querySelectorAll('strong')].map(({ textContent }) => textContent)).toEqual([
    'first',
    'again',
  ])
  act(() => root.unmount())
})
