// @vitest-environment happy-dom
/** Copy, cut, paste and drop on cells: what is about cells, what is left to fields, and what is too large or none. */
import { cellsOf, findCell } from '@yesterday/server/contract/document.ts'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { CELLS_MIME, readCells, writeCells } from '../src/notebook/clipboard/cells-data.ts'
import { listenToClipboard } from '../src/notebook/clipboard/clipboard-events.ts'
import { writeToSystem } from '../src/notebook/clipboard/system-clipboard.ts'
import { t } from '../src/text/text.ts'
import { openWords, texts } from './opened-words.ts'
import { noticeTexts, staged } from './staged.tsx'

const stages = staged()
let list: HTMLElement
let stop: () => void
beforeEach(() => {
  list = document.body.appendChild(document.createElement('section'))
  list.innerHTML =
    '<article class="cell" id="cell-b"><p>x</p><input><div class="code-editor-mount"><textarea></textarea></div></article>'
})
afterEach(() => {
  stop()
  list.remove()
  vi.unstubAllGlobals()
})

async function listening(words = 'a b c', writable = true) {
  const opened = await openWords(stages, words, { writable })
  stop = listenToClipboard(opened.notebook, list)
  opened.select('b')
  return opened
}

/** A clipboard with these forms and files, as an event brings it. */
function clipboard(forms: Readonly<Record<string, string>> = {}, files: readonly File[] = []) {
  const kept = new Map(Object.entries(forms))
  return {
    ...{ files, types: files.length > 0 ? ['Files'] : [...kept.keys()], dropEffect: 'none' },
    getData: (type: string) => kept.get(type) ?? '',
    setData: (type: string, text: string) => void kept.set(type, text),
  }
}
function fire(type: string, data: ReturnType<typeof clipboard>, on = 'p'): Event {
  const event = new Event(type, { bubbles: true, cancelable: true })
  Object.assign(event, { clipboardData: data, dataTransfer: data })
  list.querySelector(on)?.dispatchEvent(event)
  return event
}
const cells = (...sources: string[]): string =>
  writeCells(
    sources.map((source) => ({
      id: 'x',
      type: 'code',
      source,
      metadata: {},
      outputs: [],
      execution_count: null,
    })),
  )
const image = (name: string, size = 3, type = 'image/png'): File => {
  const file = new File(['abc'], name, { type })
  return Object.defineProperty(file, 'size', { value: size })
}

describe('copying and cutting', () => {
  test('the selected cells, for notebooks and as text for other programs', async () => {
    const { select } = await listening()
    select('a', 'b')
    const data = clipboard()
    expect(fire('copy', data).defaultPrevented).toBe(true)
    expect(readCells(data.getData(CELLS_MIME)).map(({ source }) => source)).toEqual(['a', 'b'])
    expect(data.getData('text/plain')).toBe('a\n\nb')
  })

  test('cut takes them away, as one step of undo', async () => {
    const { notebook, ids, select } = await listening()
    select('a', 'b')
    fire('cut', clipboard())
    expect(ids()).toBe('c')
    notebook.undo.undo()
    expect(ids()).toBe('a b c')
  })

  test.each(['input', 'textarea'])('in a field (%s) it is the browser’s', async (field) => {
    const { ids } = await listening()
    expect(fire('cut', clipboard(), field).defaultPrevented).toBe(false)
    expect(ids()).toBe('a b c')
  })

  test('while a person writes in a cell, or has selected text, it is the browser’s', async () => {
    const { ids, select } = await listening()
    select('b', 'b', 'edit')
    expect(fire('cut', clipboard()).defaultPrevented).toBe(false)
    select('b')
    vi.spyOn(document, 'getSelection').mockReturnValue({ isCollapsed: false } as Selection)
    expect(fire('copy', clipboard()).defaultPrevented).toBe(false)
    expect(ids()).toBe('a b c')
  })
})

describe('pasting', () => {
  test('cells come behind the active one, and are selected', async () => {
    const { notebook } = await listening()
    fire('paste', clipboard({ [CELLS_MIME]: cells('1', '2'), 'text/plain': '1\n\n2' }))
    await vi.waitFor(() => expect(texts(notebook)).toEqual(['a', 'b', '1', '2', 'c']))
    expect(notebook.selected()).toHaveLength(2)
  })

  test('text of another program is one code cell, with the ends of lines of this one', async () => {
    const { notebook } = await listening()
    fire('paste', clipboard({ 'text/plain': 'x = 1\r\ny = 2\rz' }))
    expect(texts(notebook)[2]).toBe('x = 1\ny = 2\nz')
  })

  test('cells that are none are pasted as their text', async () => {
    const { notebook } = await listening()
    fire('paste', clipboard({ [CELLS_MIME]: '{"cells":[{"type":"script"}]}', 'text/plain': 'text' }))
    expect(texts(notebook)).toEqual(['a', 'b', 'text', 'c'])
  })

  test('nothing is nothing', async () => {
    const { ids } = await listening()
    fire('paste', clipboard())
    expect(ids()).toBe('a b c')
  })

  test('what is too large for the server is refused with a notice', async () => {
    const { ids } = await listening()
    fire('paste', clipboard({ 'text/plain': 'x'.repeat(12 * 1024 * 1024 + 1) }))
    expect([ids(), noticeTexts()]).toEqual(['a b c', [t('paste.tooLarge')]])
  })

  test('outputs whose values this project does not have are left out, and it is said', async () => {
    const { notebook } = await listening()
    const value = {
      'yesterday.object': { digest: `sha256:${'a'.repeat(64)}`, size: 20_000, mime: 'text/html' },
    }
    const output = { output_type: 'display_data', data: { 'text/html': value }, metadata: {} }
    const cell = {
      id: 'x',
      type: 'code',
      source: 'plot()',
      metadata: {},
      outputs: [output],
      execution_count: 1,
    }
    fire('paste', clipboard({ [CELLS_MIME]: JSON.stringify({ cells: [cell] }) }))
    await vi.waitFor(() => expect(texts(notebook)[2]).toBe('plot()'))
    expect(cellsOf(notebook.doc).get(2).toJSON().outputs).toEqual([])
    expect(noticeTexts()).toEqual([t('paste.withoutOutputs')])
  })

  test('in a field, and in an editor without an image, it is the browser’s', async () => {
    const { ids } = await listening()
    for (const field of ['input', 'textarea'])
      expect(fire('paste', clipboard({ 'text/plain': 'x' }), field).defaultPrevented).toBe(false)
    expect(ids()).toBe('a b c')
  })

  test('a reader copies, and pastes and cuts nothing', async () => {
    const { ids } = await listening('a b c', false)
    const data = clipboard()
    fire('copy', data)
    expect(data.getData('text/plain')).toBe('b')
    fire('cut', clipboard())
    fire('paste', clipboard({ 'text/plain': 'x' }))
    expect(ids()).toBe('a b c')
  })

  test('once it is not listened to, nothing is taken', async () => {
    await listening()
    stop()
    expect(fire('copy', clipboard()).defaultPrevented).toBe(false)
  })
})

describe('images', () => {
  test('one that is pasted into a Markdown cell is attached to it and shown', async () => {
    const { notebook, select } = await listening('a #b c')
    select('b')
    fire('paste', clipboard({}, [image('plot.png')]))
    await vi.waitFor(() => expect(notebook.sourceOf('b')).not.toBe('# b'))
    expect(notebook.sourceOf('b')).toBe('# b\n\n![plot](attachment:plot.png)')
    const attachments = findCell(notebook.doc, 'b')?.cell.toJSON().attachments
    expect(attachments).toEqual({ 'plot.png': { 'image/png': 'YWJj' } })
    notebook.undo.undo()
    expect(notebook.sourceOf('b')).toBe('# b')
  })

  test('on code it comes in a Markdown cell behind it', async () => {
    const { notebook } = await listening()
    fire('drop', clipboard({}, [image('a.png'), image('a.png')]))
    await vi.waitFor(() => expect(notebook.order.get()).toHaveLength(4))
    expect(notebook.typeOf(notebook.order.get()[2] ?? '')).toBe('markdown')
    expect(texts(notebook)[2]?.match(/attachment:/g)).toHaveLength(2)
  })

  test('a long name of characters beyond the basic plane is cut between them', async () => {
    const { notebook } = await listening()
    fire('drop', clipboard({}, [image(`${'\u{1f600}'.repeat(60)}a.png`)]))
    await vi.waitFor(() => expect(notebook.order.get()).toHaveLength(4))
    await vi.waitFor(() => expect(texts(notebook)[2]).toMatch(/a\.png\)$/))
    expect(texts(notebook)[2]?.isWellFormed()).toBe(true)
  })

  test('one that is too large is named, and the others are taken', async () => {
    const { notebook } = await listening()
    fire('drop', clipboard({}, [image('large.png', 9 * 1024 * 1024), image('small.png')]))
    await vi.waitFor(() => expect(notebook.order.get()).toHaveLength(4))
    expect(noticeTexts()).toEqual([t('attach.tooLarge', { name: 'large.png', size: 9 })])
  })

  test('data files are uploaded beside the notebook, and read by new cells in their order', async () => {
    const { notebook } = await listening()
    const sent: string[] = []
    vi.stubGlobal('fetch', async (url: string, { method = 'GET' }: RequestInit = {}) => {
      if (method !== 'PUT') return Response.json([])
      sent.push(url)
      if (url.includes('there')) {
        const error = { code: 'exists', message: 'It is there already.' }
        return Response.json({ error }, { status: 409 })
      }
      const name = decodeURIComponent(url.split('/').at(-1) ?? '')
      const modified = '2026-01-01T00:00:00.000Z'
      const entry = { name, path: name, type: 'file', size: 1, modified, writable: true, version: 'v' }
      return Response.json(entry, { status: 201 })
    })
    const dropped = [
      image('a.csv', 3, 'text/csv'),
      image('there.csv', 3, 'text/csv'),
      image('b.txt', 3, 'text/plain'),
    ]
    expect(fire('dragover', clipboard({}, dropped)).defaultPrevented).toBe(true)
    expect(fire('drop', clipboard({}, dropped)).defaultPrevented).toBe(true)
    await vi.waitFor(() => expect(notebook.order.get()).toHaveLength(5))
    expect(texts(notebook)[2]).toContain("pd.read_csv('a.csv')")
    expect(texts(notebook)[3]).toContain("Path('b.txt').read_text()")
    expect(sent).toHaveLength(3)
    expect(noticeTexts()).toContain(t('files.exists', { name: 'there.csv' }))
    vi.unstubAllGlobals()
  })

  test('text of a program that has a picture as well is text', async () => {
    const { notebook } = await listening()
    fire('paste', clipboard({ 'text/plain': '1\t2' }, [image('table.png')]))
    expect(texts(notebook)[2]).toBe('1\t2')
  })

  test('other drags are left alone', async () => {
    await listening()
    expect(fire('dragover', clipboard({ 'text/plain': 'x' })).defaultPrevented).toBe(false)
    expect(fire('drop', clipboard({ 'text/plain': 'x' })).defaultPrevented).toBe(false)
  })
})

describe('the clipboard by a command', () => {
  const one = readCells(cells('x = 1'))

  test('is written by an event of copying, with both forms', () => {
    stop = () => undefined
    const data = clipboard()
    const others = vi.fn()
    document.addEventListener('copy', others)
    Object.assign(document, { execCommand: () => fire('copy', data) })
    writeToSystem(one)
    document.removeEventListener('copy', others)
    expect([data.getData('text/plain'), readCells(data.getData(CELLS_MIME))]).toEqual(['x = 1', one])
    expect(others).not.toHaveBeenCalled()
  })

  test('has the text alone where no event comes, and later copies are not touched', () => {
    stop = () => undefined
    const written = vi.spyOn(navigator.clipboard, 'writeText').mockResolvedValue()
    Object.assign(document, { execCommand: () => false })
    writeToSystem(one)
    expect(written).toHaveBeenCalledWith('x = 1')
    expect(fire('copy', clipboard()).defaultPrevented).toBe(false)
  })
})
