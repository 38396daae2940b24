import { expect, test } from 'vitest'
import { relativeTime, sizeText } from '../src/history/time.ts'
import { renderMarkdown } from '../src/markdown/render.ts'
import { parseAnsi, withoutAnsi } from '../src/outputs/ansi.ts'
import { chooseForm } from '../src/outputs/mime.ts'
import { cellLines } from '../src/outputs/traceback.ts'
import { en } from '../src/text/en/index.ts'
import { fill } from '../src/text/phrase.ts'
import { zh } from '../src/text/zh/index.ts'

const ESC = '\u001b'

test('terminal colours: 16, 256 and 24-bit, and reset', () => {
  const spans = parseAnsi(`a${ESC}[1;31mb${ESC}[38;5;196mc${ESC}[48;2;1;2;3md${ESC}[0me`)
  expect(spans.map((span) => span.text).join('')).toBe('abcde')
  expect(spans.map((span) => span.style.color)).toEqual([null, 1, 'rgb(255 0 0)', 'rgb(255 0 0)', null])
  expect(spans.map((span) => span.style.bold)).toEqual([false, true, true, true, false])
  expect(spans[3]?.style.background).toBe('rgb(1 2 3)')
})

test('other escape sequences leave no trace in the text', () => {
  expect(withoutAnsi(`${ESC}[2K${ESC}]0;title\u0007x${ESC}[?25ly`)).toBe('xy')
})

test('whatever may carry code is drawn in a frame, and richer forms come first', () => {
  expect(chooseForm({ 'text/plain': 'df', 'text/html': '<table>' })).toEqual({
    mime: 'text/html',
    drawer: 'frame',
  })
  expect(chooseForm({ 'text/html': '', 'application/vnd.plotly.v1+json': {} })?.mime).toContain('plotly')
  expect(chooseForm({ 'image/png': '', 'text/plain': '' })?.drawer).toBe('image')
  expect(chooseForm({ 'application/x-unknown': '' })).toBeNull()
})

test('markdown shows raw HTML as text and refuses script links', () => {
  const html = renderMarkdown(
    '<img src=x onerror=alert(1)> [a](javascript:alert(1)) [b](https://b.example)',
    {},
  )
  expect(html).not.toContain('<img')
  expect(html).not.toContain('href="javascript:')
  expect(html).toContain('rel="noopener noreferrer"')
})

test('markdown knows formulas, tasks and attachments', () => {
  expect(renderMarkdown('cost $5 and $6', {})).not.toContain('data-math')
  expect(renderMarkdown('$a<b$', {})).toContain('data-math="inline">a&lt;b<')
  expect(renderMarkdown('- [x] done', {})).toContain('checked')
  expect(renderMarkdown('![p](attachment:p.png)', { 'p.png': { 'image/png': 'QUJD' } })).toContain(
    'src="data:image/png;base64,QUJD"',
  )
})

test('both languages have the same keys and the same gaps', () => {
  expect(Object.keys(zh).sort()).toEqual(Object.keys(en).sort())
  const gaps = (phrase: unknown) => [...new Set(JSON.stringify(phrase).match(/\{\w+\}/g) ?? [])].sort()
  const english: Readonly<Record<string, unknown>> = en
  for (const [key, phrase] of Object.entries(zh)) {
    expect(
      gaps(phrase).filter((gap) => gap !== '{count}'),
      key,
    ).toEqual(gaps(english[key]).filter((gap) => gap !== '{count}'))
  }
})

test('plurals, times and sizes in words', () => {
  expect(fill({ one: '{count} file', other: '{count} files' }, { count: 1 }, 'en')).toBe('1 file')
  expect(fill({ one: '{count} file', other: '{count} files' }, { count: 1200 }, 'en')).toBe('1,200 files')
  const now = Date.parse('2026-01-10T12:00:00.000Z')
  expect(relativeTime('2026-01-09T11:00:00.000Z', now, 'en')).toBe('yesterday')
  expect(sizeText(1536, 'en')).toBe('1.5 KB')
})

test('a traceback names lines of cells, in the words of newer and older IPython', () => {
  const text =
    'Cell In[5], line 3\n  Cell In[5], line 2, in f(x)\nFile /x.py:1\nInput In [4], in <cell line: 7>()\nCell In[5], line 3'
  expect(cellLines(text)).toEqual([
    { count: 5, line: 3 },
    { count: 5, line: 2 },
    { count: 4, line: 7 },
  ])
  expect(cellLines('ValueError: no cell')).toEqual([])
})
