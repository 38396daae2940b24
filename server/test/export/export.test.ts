/** A notebook in its other forms: what readers of those forms need, and nothing that runs by being looked at. */
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fileApi } from '../../contract/file-api.ts'
import type { ExportFormat } from '../../contract/http.ts'
import type { CellForm, NotebookForm, OutputForm } from '../../src/document/cell-form.ts'
import { createDocuments } from '../../src/document/documents.ts'
import { readNotebook } from '../../src/document/ipynb-read.ts'
import { linesInStrings } from '../../src/document/python-lines.ts'
import { exportNotebook } from '../../src/export/export-notebook.ts'
import { slidesOf } from '../../src/export/slides.ts'
import { type ExportParts, exportRoutes } from '../../src/http/routes/export.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { Store } from '../../src/store/ports.ts'
import { callRoute } from '../http/call-route.ts'

const cell = (type: CellForm['type'], source: string, more: Partial<CellForm> = {}): CellForm => ({
  id: 'a1',
  type,
  source,
  metadata: {},
  attachments: null,
  outputs: type === 'code' ? [] : null,
  executionCount: null,
  ...more,
})
const notebook = (...cells: CellForm[]): NotebookForm => ({ nbformat: 4, minor: 5, metadata: {}, cells })
const code = (source: string) => notebook(cell('code', source))
const showing = (output: OutputForm) => notebook(cell('code', 'x', { outputs: [output] }))
const body = (format: ExportFormat, form: NotebookForm) => exportNotebook(format, 'name', form).body
/** The percent script without its header. */
const percent = (form: NotebookForm) => body('py', form).split('# ---\n\n')[1]

describe('percent script', () => {
  test('marks cells, with their metadata, and comments what is not code', () => {
    const tagged = cell('code', 'x = 1', { metadata: { tags: ['a'], scrolled: true } })
    expect(
      percent(notebook(tagged, cell('markdown', '# T\n\ntext'), cell('raw', 'r'), cell('code', ''))),
    ).toBe('# %% tags=["a"]\nx = 1\n\n# %% [markdown]\n# # T\n#\n# text\n\n# %% [raw]\n# r\n\n# %%\n')
  })

  test.each([
    ['%matplotlib inline', '# %matplotlib inline'],
    ['!ls \\\n  -l\nx', '# !ls \\\n  # -l\nx'],
    ['files = !ls', '# files = !ls'],
    ['if a:\n    %time f()', 'if a:\n    # %time f()'],
    ['name?', '# name?'],
    ['# %timeit was here', '# # %timeit was here'],
    ['# %% a comment', '# # %% a comment'],
    ['%%time\nf()', '# %%time\nf()'],
    ["s = '''\n%s\n# %%\n'''", "s = '''\n%s\n# %%\n'''"],
    ['x = (a\n  % b)', 'x = (a\n  % b)'],
  ])('%j becomes %j', (source, expected) => {
    expect(percent(code(source))).toBe(`# %%\n${expected}\n`)
  })

  test('a cell in another language says which', () => {
    expect(percent(code('%%bash\necho 1'))).toBe('# %% language="bash"\n# echo 1\n')
  })
})

test('a script is code alone, its text and foreign cells as comments', () => {
  const form = notebook(
    cell('markdown', 'Why'),
    cell('code', 'x = 1\n'),
    cell('raw', 'r'),
    cell('code', '%%sh\nls'),
  )
  expect(body('script', form)).toBe('# Why\n\nx = 1\n\n# %%sh\n# ls\n')
})

describe('slides', () => {
  const typed = (source: string, slide_type: string, type: CellForm['type'] = 'markdown') =>
    cell(type, source, { metadata: { slideshow: { slide_type } } })
  const sources = (...cells: CellForm[]) => slidesOf(cells).map((slide) => slide.map(({ source }) => source))

  test('begin where the metadata says, without what is skipped and notes', () => {
    const cells = [
      typed('a', 'slide'),
      typed('b', 'fragment'),
      cell('code', 'c'),
      typed('d', 'subslide'),
      typed('e', 'skip'),
      typed('f', 'notes'),
      typed('g', '-', 'code'),
    ]
    expect(sources(...cells)).toEqual([
      ['a', 'b', 'c'],
      ['d', 'g'],
    ])
  })

  test('begin at headings where no cell has a type; one that is unknown is none', () => {
    const cells = [
      cell('code', 'x'),
      cell('markdown', '# A'),
      typed('y', 'other'),
      cell('markdown', '## B'),
      cell('code', ''),
    ]
    expect(sources(...cells)).toEqual([['x'], ['# A', 'y'], ['## B']])
    expect(sources()).toEqual([])
  })

  test('are one page without script, whatever the cells hold', () => {
    const hostile = '<script>alert(1)</script><img src=x onerror=alert(1)>'
    const page = body(
      'slides',
      notebook(
        typed(hostile, 'slide'),
        cell('code', hostile, { outputs: [{ output_type: 'display_data', data: { 'text/html': hostile } }] }),
      ),
    )
    expect(page).toContain("default-src 'none'")
    expect(page).not.toMatch(/<script|<img src=x/)
    expect(page.match(/class="slide"/g)).toHaveLength(1)
  })
})

describe('Markdown', () => {
  test('has text as it is, code in fences, and what was printed', () => {
    const printed = { output_type: 'stream', name: 'stdout', text: '\u001b[1m1\u001b[0m\n' }
    const form = notebook(
      cell('markdown', '# T'),
      cell('code', 'print(1)', { outputs: [printed] }),
      cell('code', ''),
    )
    expect(body('markdown', form)).toBe('# T\n\n```python\nprint(1)\n```\n\n```\n1\n```\n')
  })

  test('a fence is longer than those within', () => {
    expect(body('markdown', code('s = """\n````\n"""'))).toContain('`````python\n')
  })

  test('pictures are within the file; the words beside them end no link', () => {
    const picture = {
      output_type: 'display_data',
      data: { 'image/png': 'aGk=)](x', 'text/plain': 'a](javascript:x)' },
    }
    const text = body('markdown', showing(picture))
    expect(text).toContain('](data:image/png;base64,aGk=x)')
    expect(text).not.toContain('](javascript')
    const attached = cell('markdown', '![p](attachment:p.png)', {
      attachments: { 'p.png': { 'image/png': 'aGk=' } },
    })
    expect(body('markdown', notebook(attached))).toBe('![p](data:image/png;base64,aGk=)\n')
  })
})

test.each([
  ['"\n"', [false, false]],
  ['"\\\n"', [false, true]],
  ["'''\n'\n'''\n", [false, true, true, false]],
  ["# '''\nx = \"#\"\n", [false, false, false]],
  ['""""a"\n"""\n', [false, true, false]],
])('lines of %j that begin in a string', (source, expected) => {
  expect(linesInStrings(source)).toEqual(expected)
})

describe('page', () => {
  const hostile = `"><script>alert(1)</script><img src=x onerror='alert(2)'>`
  const bundle = (mime: string): OutputForm => ({
    output_type: 'display_data',
    metadata: {},
    data: { [mime]: hostile },
  })
  const outputs: OutputForm[] = [
    ...[
      'text/plain',
      'text/html',
      'text/markdown',
      'image/svg+xml',
      'image/png',
      'application/javascript',
    ].map(bundle),
    bundle(`image/${hostile}`),
    { output_type: 'stream', name: 'stdout', text: hostile },
    { output_type: 'error', ename: hostile, evalue: hostile, traceback: [] },
  ]
  const cells = [cell('markdown', hostile), cell('raw', hostile), cell('code', hostile, { outputs })]

  test('nothing that a notebook says becomes an element of the page', () => {
    const page = exportNotebook('html', hostile, notebook(...cells)).body
    const names = [...page.matchAll(/<([a-z]+)/g)].map(([, name]) => name)
    const ours = [
      'html',
      'head',
      'meta',
      'title',
      'style',
      'body',
      'main',
      'section',
      'pre',
      'p',
      'img',
      'iframe',
    ]
    expect(names.filter((name) => !ours.includes(name ?? ''))).toEqual([])
    expect(
      page
        .match(/<img [^>]*>/g)
        ?.every((tag) => /^<img src="data:image\/[a-z+]+;base64,[^"<>]*" alt="[^"<>]*">$/.test(tag)),
    ).toBe(true)
    expect(page.match(/<iframe sandbox title/g)).toHaveLength(1)
    expect(page).toContain(`content="default-src 'none';`)
  })

  test('a progress bar is what was left of it, and colours are gone', () => {
    const page = body(
      'html',
      showing({ output_type: 'stream', name: 'stdout', text: '10%\r99%\n\x1b[31mred\x1b[0m' }),
    )
    expect(page).toContain('<pre class="stdout">99%\nred</pre>')
  })

  test('it contains pictures, attached ones too', () => {
    const shown = showing({
      output_type: 'display_data',
      metadata: {},
      data: { 'image/png': 'aGk=', 'text/plain': 'f' },
    })
    expect(body('html', shown)).toContain('<img src="data:image/png;base64,aGk=" alt="f">')
    const attachments = { 'a b.png': { 'image/png': 'aGk=' } }
    expect(body('html', notebook(cell('markdown', '![x](attachment:a%20b.png)', { attachments })))).toContain(
      '<img src="data:image/png;base64,aGk=" alt="x">',
    )
  })
})

test('an exported notebook reads back as what it was', () => {
  const outputs = [{ output_type: 'stream', name: 'stdout', text: 'a\nb\r\n' }]
  const form = notebook(
    cell('code', 'x\ny', { outputs, executionCount: 3 }),
    cell('markdown', 'é', { id: 'b2' }),
  )
  const read = readNotebook(Buffer.from(body('ipynb', form)))
  expect(read.ok && read.file.form).toEqual(form)
})

describe('route', () => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'yesterday-export-')))
  let store: Store
  let parts: ExportParts & { readonly documents: { close(): Promise<void> } }
  const long = 'long line\n'.repeat(2_000)

  beforeAll(async () => {
    store = await openStore({ root })
    const documents = createDocuments({ root, updates: store.updates, objects: store.objects })
    parts = {
      root,
      documents,
      objects: store.objects,
      secrets: store.secrets,
      comments: { list: () => Promise.reject(new Error('not asked for')) },
    }
    const form = showing({ output_type: 'stream', name: 'stdout', text: long })
    writeFileSync(join(root, 'né.ipynb'), body('ipynb', form))
    writeFileSync(join(root, 'other.txt'), 'no notebook')
  })
  afterAll(async () => {
    await parts.documents.close()
    await store.close()
    rmSync(root, { recursive: true, force: true })
  })

  const ask = async (path: string, format: string) => {
    const call = { params: { path: path.split('/') }, query: { format } }
    return callRoute(exportRoutes(parts), fileApi.export, { ...call, role: 'viewer' })
  }

  test('answers an attachment with large outputs in full', async () => {
    const reply = await ask('né.ipynb', 'html')
    if (reply.kind !== 'bytes') throw new Error(JSON.stringify(reply))
    expect(reply.headers['content-disposition']).toContain("filename*=UTF-8''n%C3%A9.html")
    expect(reply.headers['content-security-policy']).toContain('sandbox')
    expect(String(reply.body)).toContain(long)
  })

  test.each([
    ['né.ipynb', 'exe', 400],
    ['missing.ipynb', 'py', 404],
    ['other.txt', 'py', 422],
    ['../né.ipynb', 'py', 403],
    ['.yesterday/history.db', 'py', 403],
  ])('%s as %s is refused with %i', async (path, format, status) => {
    const reply = await ask(path, format)
    expect(reply.kind === 'refused' && reply.refusal.status).toBe(status)
  })
})
