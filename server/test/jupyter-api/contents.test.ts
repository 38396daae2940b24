/** Files of the project by the client library of JupyterLab, and notebooks that are open in a page meanwhile. */
import { createHash } from 'node:crypto'
import { mkdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ContentsManager } from '@jupyterlab/services'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { makeProject } from '../session/house.ts'
import { Page, type Server, startServer } from '../session/page.ts'
import { connect, TOKEN } from './client.ts'

const Notebook = z.looseObject({
  cells: z.array(z.looseObject({ id: z.string(), source: z.string() })),
})
let root = ''
let server: Server
let client: ReturnType<typeof connect>
let contents: ContentsManager
const headers = { authorization: `token ${TOKEN}` }
const ask = (path: string, init: RequestInit = {}) => fetch(`${server.origin}${path}`, { headers, ...init })
const send = (method: string, body?: object) => ({
  method,
  headers: { ...headers, 'content-type': 'application/json' },
  ...(body && { body: JSON.stringify(body) }),
})

beforeAll(async () => {
  root = await makeProject({ a: 'x = 1', b: 'y = 2' })
  server = await startServer(root)
  client = connect(server.origin)
  contents = client.contents
})
afterAll(async () => {
  client?.dispose()
  await server?.stop()
  await rm(root, { recursive: true, force: true, maxRetries: 5 })
})

describe('files', () => {
  test('are created, written, read, copied, renamed and deleted', async () => {
    const folder = await contents.newUntitled({ type: 'directory' })
    expect(folder).toMatchObject({ type: 'directory', path: folder.name, content: null })
    const fresh = await contents.newUntitled({ path: folder.path, type: 'file', ext: '.txt' })
    expect(fresh.path).toBe(`${folder.path}/untitled.txt`)
    const second = await contents.newUntitled({ path: folder.path, type: 'file', ext: '.txt' })
    expect(second.path).not.toBe(fresh.path)

    const text = 'grüß dich\n'
    await contents.save(fresh.path, { type: 'file', format: 'text', content: text })
    expect(await readFile(join(root, fresh.path), 'utf8')).toBe(text)
    const hash = createHash('sha256').update(text).digest('hex')
    const read = await contents.get(fresh.path, { content: true, hash: true })
    expect(read).toMatchObject({ content: text, format: 'text', mimetype: 'text/plain', type: 'file', hash })
    expect(await contents.get(fresh.path, { content: false })).toMatchObject({ content: null, size: 12 })

    const bytes = Buffer.from([0, 255, 1, 254])
    const content = bytes.toString('base64')
    await contents.save(`${folder.path}/b.bin`, { type: 'file', format: 'base64', content })
    expect(await readFile(join(root, folder.path, 'b.bin'))).toEqual(bytes)
    expect(await contents.get(`${folder.path}/b.bin`)).toMatchObject({ format: 'base64', content })

    const copy = await contents.copy(fresh.path, folder.path)
    const again = await contents.copy(copy.path, folder.path)
    expect([copy.name, again.name]).toEqual(['untitled-Copy1.txt', 'untitled-Copy2.txt'])
    const moved = await contents.rename(fresh.path, `${folder.path}/notes.txt`)
    expect(moved).toMatchObject({ name: 'notes.txt', content: null })
    const listed = await contents.get(folder.path)
    const names = z.array(z.looseObject({ name: z.string() })).parse(listed.content)
    expect(names.map(({ name }) => name)).toContain('notes.txt')
    await contents.delete(folder.path)
    await expect(stat(join(root, folder.path))).rejects.toThrow('ENOENT')
  })

  test('a file that comes in parts has its name when the last part is there', async () => {
    const part = (chunk: number, content: string) =>
      ask('/api/contents/large.txt', send('PUT', { type: 'file', format: 'text', content, chunk }))
    expect((await part(1, 'one,')).status).toBe(200)
    expect((await part(3, 'three')).status).toBe(400)
    expect((await part(2, 'two,')).status).toBe(200)
    await expect(stat(join(root, 'large.txt'))).rejects.toThrow('ENOENT')
    const last = await part(-1, 'end')
    expect([last.status, await last.json()]).toMatchObject([201, { size: 11, type: 'file' }])
    expect(await readFile(join(root, 'large.txt'), 'utf8')).toBe('one,two,end')
    expect((await part(-1, 'more')).status).toBe(400)
    const wrong = await ask(
      '/api/contents/n.ipynb',
      send('PUT', { type: 'notebook', chunk: 1, content: { cells: [] } }),
    )
    expect(wrong.status).toBe(400)
  })

  test('a file goes back to its checkpoint, and the checkpoint follows the file', async () => {
    await contents.save('kept.txt', { type: 'file', format: 'text', content: 'before' })
    expect(await contents.listCheckpoints('kept.txt')).toEqual([])
    const checkpoint = await contents.createCheckpoint('kept.txt')
    await contents.save('kept.txt', { type: 'file', format: 'text', content: 'after' })
    await contents.rename('kept.txt', 'moved.txt')
    expect(await contents.listCheckpoints('moved.txt')).toEqual([checkpoint])
    await contents.restoreCheckpoint('moved.txt', checkpoint.id)
    expect(await readFile(join(root, 'moved.txt'), 'utf8')).toBe('before')
    await contents.deleteCheckpoint('moved.txt', checkpoint.id)
    expect(await contents.listCheckpoints('moved.txt')).toEqual([])
  })

  test('statuses are those of Jupyter Server; what is hidden is neither shown nor written', async () => {
    await mkdir(join(root, 'full'))
    await writeFile(join(root, 'full', 'f.txt'), 'f')
    await writeFile(join(root, 'latin.txt'), Buffer.from([0xe9, 0x0a]))
    await writeFile(join(root, '.secret'), 's')
    await symlink('/etc/passwd', join(root, 'out'))
    const text = { type: 'file', format: 'text', content: '' }
    const cases: readonly (readonly [number, string, RequestInit?])[] = [
      [200, '/api/contents'],
      [200, '/api/contents/'],
      [400, '/api/contents/full?type=unknown'],
      [200, '/api/contents/full?content=0'],
      [404, '/api/contents/nothing'],
      [404, '/api/contents/.secret'],
      [404, '/api/contents/.yesterday'],
      [404, '/api/contents/.yesterday/history.db'],
      [404, '/api/contents/out'],
      [404, '/api/contents/..%2f..%2fetc%2fpasswd'],
      [400, '/api/contents/full?type=file'],
      [400, '/api/contents/latin.txt?type=directory'],
      [400, '/api/contents/latin.txt?format=text'],
      [400, '/api/contents/latin.txt?type=notebook'],
      [400, '/api/contents/latin.txt?format=html'],
      [400, '/api/contents/latin.txt?content=2'],
      [404, '/files/.secret'],
      [200, '/files/latin.txt'],
      [201, '/api/contents', send('POST')],
      [400, '/api/contents/latin.txt', send('POST', {})],
      [404, '/api/contents/nothing', send('POST', { type: 'file' })],
      [404, '/api/contents', send('POST', { copy_from: 'nothing' })],
      [400, '/api/contents', send('POST', { copy_from: '.secret' })],
      [400, '/api/contents', send('POST', { ext: '/../x' })],
      [400, '/api/contents/p.txt', send('PUT', {})],
      [400, '/api/contents/p.txt', send('PUT', { type: 'file' })],
      [400, '/api/contents/p.txt', send('PUT', { type: 'file', content: '' })],
      [400, '/api/contents/p.txt', send('PUT', { type: 'file', format: 'base64', content: 'é' })],
      [400, '/api/contents/p.txt', send('PUT', { copy_from: 'latin.txt' })],
      [400, '/api/contents/p.ipynb', send('PUT', { type: 'notebook', content: 'x' })],
      [400, '/api/contents/.p.txt', send('PUT', text)],
      [404, '/api/contents/nowhere/p.txt', send('PUT', text)],
      [400, '/api/contents/full', send('PUT', text)],
      [201, '/api/contents/made', send('PUT', { type: 'directory' })],
      [201, '/api/contents/p.txt', send('PUT', text)],
      [200, '/api/contents/p.txt', send('PUT', text)],
      [409, '/api/contents/p.txt', send('PATCH', { path: 'latin.txt' })],
      [400, '/api/contents/p.txt', send('PATCH', { path: '.p.txt' })],
      [400, '/api/contents/p.txt', send('PATCH', {})],
      [404, '/api/contents/nothing', send('PATCH', { path: 'something' })],
      [404, '/api/contents/nothing', send('DELETE')],
      [400, '/api/contents/.secret', send('DELETE')],
      [204, '/api/contents/full', send('DELETE')],
      [404, '/api/contents/nothing/checkpoints'],
      [404, '/api/contents/p.txt/checkpoints/x', send('POST')],
      [404, '/api/contents/p.txt/checkpoints/x', send('DELETE')],
      [400, '/api/contents/made/checkpoints', send('POST')],
    ]
    for (const [status, path, init] of cases) {
      const answer = await ask(path, init)
      expect([path, init?.method, init?.body, answer.status]).toEqual([
        path,
        init?.method,
        init?.body,
        status,
      ])
      if (status >= 400)
        expect(await answer.json()).toMatchObject({ error: expect.any(String), reason: expect.any(String) })
    }
    const listed = await contents.get('')
    expect(JSON.stringify(listed.content)).not.toMatch(/secret|yesterday|passwd|"out"/)
    const missing = await (await ask('/api/contents/nothing')).json()
    expect(missing).toMatchObject({ message: expect.stringContaining('nothing'), reason: 'missing' })
  })
})

describe('notebooks', () => {
  const cellsOf = (content: unknown) => Notebook.parse(content).cells
  const withSource = (content: unknown, id: string, source: string) => {
    const notebook = Notebook.parse(content)
    const cells = notebook.cells.map((cell) => (cell.id === id ? { ...cell, source } : cell))
    return { ...notebook, cells }
  }
  const save = (content: object) => contents.save('a.ipynb', { type: 'notebook', format: 'json', content })

  test('a client and a page edit one notebook, and lose nothing of each other', async () => {
    const page = await Page.open(server, 'a.ipynb')
    const early = (await contents.get('a.ipynb')).content
    page.edit('b', 'y = "by the page"')
    await expect.poll(() => page.isSaved).toBe(true)
    // The client does not know the edit of the page, and sends what it read.
    const saved = await save(withSource(early, 'a', 'x = "by the client"'))
    expect(saved).toMatchObject({ type: 'notebook', content: null, path: 'a.ipynb' })
    await expect.poll(() => page.source('a')).toBe('x = "by the client"')
    expect(page.source('b')).toBe('y = "by the page"')

    // Another client reads both; then the first one saves again, from what it knows.
    const late = (await contents.get('a.ipynb')).content
    expect(cellsOf(late).map(({ source }) => source)).toEqual(['x = "by the client"', 'y = "by the page"'])
    await save(withSource(withSource(early, 'a', 'x = "by the client"'), 'a', 'x = "again"'))
    await save(withSource(late, 'b', 'y = "by the second client"'))
    await expect.poll(() => page.source('b')).toBe('y = "by the second client"')
    expect(page.source('a')).toBe('x = "again"')
    const written = z
      .looseObject({ cells: z.array(z.looseObject({ source: z.array(z.string()) })) })
      .or(Notebook)
      .parse(JSON.parse(await readFile(join(root, 'a.ipynb'), 'utf8')))
    expect(written.cells.map(({ source }) => [source].flat().join(''))).toEqual([
      'x = "again"',
      'y = "by the second client"',
    ])
    page.close()
  })

  test('where both change one cell, both texts stay', async () => {
    const page = await Page.open(server, 'a.ipynb')
    const { content } = await contents.get('a.ipynb')
    page.edit('a', 'x = "page"')
    await expect.poll(() => page.isSaved).toBe(true)
    await save(withSource(content, 'a', 'x = "client"'))
    const now = cellsOf((await contents.get('a.ipynb')).content).map(({ source }) => source)
    expect(now).toEqual(expect.arrayContaining(['x = "page"', 'x = "client"']))
    page.close()
  })

  test('a checkpoint brings an open notebook back, live', async () => {
    const page = await Page.open(server, 'a.ipynb')
    const before = page.source('b')
    const checkpoint = await contents.createCheckpoint('a.ipynb')
    page.edit('b', 'changed')
    await expect.poll(() => page.isSaved).toBe(true)
    await contents.restoreCheckpoint('a.ipynb', checkpoint.id)
    await expect.poll(() => page.source('b')).toBe(before)
    page.close()
  })

  test('a new notebook has lists of lines in its file, and one string for clients', async () => {
    const cell = { cell_type: 'code', id: 'c', metadata: {}, execution_count: null, source: 'a\nb' }
    const outputs = [{ output_type: 'stream', name: 'stdout', text: '1\n2\n' }]
    const notebook = { nbformat: 4, nbformat_minor: 5, metadata: {}, cells: [{ ...cell, outputs }] }
    await contents.save('new.ipynb', { type: 'notebook', format: 'json', content: notebook })
    const file = JSON.parse(await readFile(join(root, 'new.ipynb'), 'utf8'))
    expect(file.cells[0]).toMatchObject({ source: ['a\n', 'b'], outputs: [{ text: ['1\n', '2\n'] }] })
    expect((await contents.get('new.ipynb')).content).toEqual(notebook)
    const raw = await contents.get('new.ipynb', { type: 'file', format: 'text', content: true })
    expect(JSON.parse(String(raw.content))).toEqual(file)
  })

  test('a file that is no notebook is refused as one, and can be replaced by one', async () => {
    await writeFile(join(root, 'broken.ipynb'), '<<<<<<<')
    expect((await ask('/api/contents/broken.ipynb')).status).toBe(400)
    const notebook = { nbformat: 4, nbformat_minor: 5, metadata: {}, cells: [] }
    await contents.save('broken.ipynb', { type: 'notebook', format: 'json', content: notebook })
    expect((await contents.get('broken.ipynb')).content).toEqual(notebook)
  })
})

test('sections of settings are kept, and changed member by member', async () => {
  const section = '/api/config/lab'
  expect(await (await ask(section)).json()).toEqual({})
  expect((await ask(section, send('PUT', { a: { b: 1, c: 2 }, d: 3 }))).status).toBe(204)
  const changed = await ask(section, send('PATCH', { a: { b: null, e: 4 }, d: null }))
  expect([changed.status, await changed.json()]).toEqual([200, { a: { c: 2, e: 4 } }])
  expect(await (await ask(section)).json()).toEqual({ a: { c: 2, e: 4 } })
  expect((await ask('/api/config/..%2fx')).status).toBe(400)
  expect((await ask(section, send('PUT', [])).catch((error) => error)).status).toBe(400)
})
