import { headSize, streamHead } from '@yesterday/server/contract/document.ts'
import { chooseForm } from '@yesterday/server/contract/mime-rules.ts'
import { fill } from '@yesterday/server/contract/phrase.ts'
import { expect, test } from 'vitest'
import { noAttachments, readAttachments } from '../src/markdown/attachments.ts'
import { renderMarkdown } from '../src/markdown/render.ts'
import { parseAnsi, withoutAnsi } from '../src/outputs/ansi.ts'
import { readOutput } from '../src/outputs/output.ts'
import { cellLines } from '../src/outputs/traceback.ts'
import { en } from '../src/text/en/index.ts'
import { zh } from '../src/text/zh/index.ts'
import { relativeTime, sizeText } from '../src/ui/time.ts'

const ESC = '\u001b'

test('colours with colons are read, and what chooses a character set is taken out, as `tput sgr0` prints it', () => {
  const colors = parseAnsi(`${ESC}[38:2::10:20:30ma${ESC}[38:2:1:2:3mb${ESC}[38:5:1mc${ESC}[0m`)
  expect(colors.map(({ style }) => style.color)).toEqual(['rgb(10 20 30)', 'rgb(1 2 3)', 1])
  expect(withoutAnsi(`a${ESC}(B${ESC}[mb${ESC}=c${ESC}7d${ESC}]8;;https://a.example${ESC}\\e`)).toBe('abcde')
})

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
    value: '<table>',
  })
  expect(chooseForm({ 'text/html': '', 'application/vnd.plotly.v1+json': {} })?.mime).toContain('plotly')
  for (const version of ['v4+json', 'v5+json', 'v5.20+json', 'v6.json'])
    expect(chooseForm({ 'text/plain': '', [`application/vnd.vegalite.${version}`]: {} })?.drawer).toBe(
      'frame',
    )
  const bokeh = { 'application/javascript': 'draw()', 'application/vnd.bokehjs_exec.v0+json': '' }
  expect(chooseForm(bokeh)).toMatchObject({ drawer: 'frame', value: 'draw()' })
  expect(chooseForm({ 'image/png': '', 'text/plain': '' })?.drawer).toBe('image')
  expect(chooseForm({ 'application/x-unknown': '' })).toBeNull()
})

test('a stream is read with and without what the server adds to it', () => {
  const stream = { output_type: 'stream', name: 'stdout', text: 'a' }
  expect(readOutput(stream)).toMatchObject(stream)
  const page = { digest: `sha256:${'a'.repeat(64)}`, size: 3 }
  const long = { ...stream, yesterday: { truncatedHead: { run: 'r1', pages: [page, page] } } }
  expect(readOutput(long)).toMatchObject(long)
  const head = streamHead(long.yesterday)
  expect(head && headSize(head)).toBe(6)
  for (const other of [undefined, null, 1, { truncatedHead: 1 }]) expect(streamHead(other)).toBeNull()
})

test('markdown shows raw HTML as text and refuses script links', () => {
  const html = renderMarkdown(
    '<img src=x onerror=alert(1)> [a](javascript:alert(1)) [b](https://b.example)',
    noAttachments,
  )
  expect(html).not.toContain('<img')
  expect(html).not.toContain('href="javascript:')
  expect(html).toContain('rel="noopener noreferrer"')
})

test('markdown knows formulas, tasks and attachments', () => {
  expect(renderMarkdown('cost $5 and $6', noAttachments)).not.toContain('data-math')
  expect(renderMarkdown('$a<b$', noAttachments)).toContain('data-math="inline">a&lt;b<')
  const box = 'type="checkbox" disabled aria-label='
  expect(renderMarkdown('- [x] a', noAttachments)).toContain(`${box}"done" checked`)
  expect(renderMarkdown('- [ ] a', noAttachments)).toContain(`${box}"to do" />`)
  const attached = readAttachments({ 'p.png': { 'image/png': 'QUJD' }, 'café.png': { 'image/png': 'QUJE' } })
  const picture = (reference: string) => renderMarkdown(`![p](attachment:${reference})`, attached)
  expect(picture('p.png')).toContain('src="data:image/png;base64,QUJD"')
  // In UTF-8, and in Latin-1, which is no UTF-8.
  for (const name of ['caf%C3%A9.png', 'caf%E9.png', 'café.png'])
    expect(picture(name)).toContain('src="data:image/png;base64,QUJE"')
  expect(picture('%E9%E9.png')).toContain('The attachment éé.png is missing')
  expect(picture('constructor')).toContain('The attachment constructor is missing')
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
