/** FIFOs, sockets and names that mislead: nothing waits for them, and the names are shown in full. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { nameProblem, visibleName } from '../../contract/file-names.ts'
import { NotRegularError, openRegular, readRegular } from '../../src/disk/regular-file.ts'
import { nodeDisk } from '../../src/document/disk.ts'
import { loadFile } from '../../src/document/project-file.ts'
import { Files } from '../../src/files/files.ts'
import { list } from '../../src/files/listing.ts'
import { upload } from '../../src/files/upload.ts'
import { UsedFiles } from '../../src/lineage/used-files.ts'

let root = ''
let files: Files
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'yesterday-special-')))
  files = new Files(root, {
    open: async (path) => ({ ok: false, refusal: { code: 'none', status: 404, message: path } }),
    save: async () => {},
    moved: async () => {},
    removed: async () => {},
  })
})
afterEach(() => rmSync(root, { recursive: true, force: true, maxRetries: 5 }))
const code = (done: { ok: boolean; refusal?: { code: string } }) => (done.ok ? 'ok' : done.refusal?.code)

describe.skipIf(process.platform === 'win32')('special files', () => {
  beforeEach(() => {
    mkdirSync(join(root, 'folder'))
    execFileSync('mkfifo', [join(root, 'pipe'), join(root, 'folder', 'pipe.ipynb')])
    writeFileSync(join(root, 'a.txt'), 'a')
  })

  test('are listed with a mark', async () => {
    const listed = await list(root, '')
    const types = listed.ok ? listed.entries.map(({ name, type }) => [name, type]) : []
    expect(types).toEqual([
      ['folder', 'folder'],
      ['a.txt', 'file'],
      ['pipe', 'special'],
    ])
  })

  test('are refused at once wherever a file is read, and other file work goes on', async () => {
    const pipe = join(root, 'pipe')
    // More than the threads of the pool: each would hold one for ever.
    const reads = Array.from({ length: 16 }, () => readRegular(pipe).catch((error: unknown) => error))
    for (const error of await Promise.all(reads)) expect(error).toBeInstanceOf(NotRegularError)
    const loaded = await loadFile(nodeDisk, root, 'folder/pipe.ipynb', 1024)
    expect(loaded.ok ? null : loaded.refusal.message).toMatch(/not a file/)
    expect(await new UsedFiles({ fileDigest: (_, digest) => digest }).look(new Set(['pipe']), root)).toEqual(
      new Map([['pipe', null]]),
    )
    expect((await readRegular(join(root, 'a.txt'))).toString()).toBe('a')
  })

  test('a socket is not opened either, and a folder is recognised', async () => {
    const server = createServer().listen(join(root, 'socket'))
    await expect(openRegular(join(root, 'socket'))).rejects.toMatchObject({ code: 'ENOTREGULAR' })
    await expect(openRegular(join(root, 'folder'))).rejects.toMatchObject({ code: 'EISDIR' })
    await new Promise((done) => server.close(done))
  })

  test('a folder that holds one is not copied, and says which', async () => {
    const copied = await files.perform({ type: 'copy', from: 'folder', to: 'copy' })
    expect(code(copied)).toBe('special')
    expect(copied.ok ? '' : copied.refusal.message).toMatch(/folder\/pipe\.ipynb/)
    expect(code(await files.perform({ type: 'copy', from: 'pipe' }))).toBe('special')
  })
})

const hidden = ['a\u202egpj.exe', 'a\u0007b', 'a\u200b.txt', '\ufeffa', 'a\u2028b', '\ud800', '\u2066a']
const devices = ['CON', 'con.txt', 'aux.ipynb', 'Nul', 'COM1', 'lpt9.csv', 'prn .x']
const usual = [
  'a.ipynb',
  'Ünïcode ü.txt',
  '家族👨‍👩‍👧.py',
  'console.log',
  'common',
  'می‌خواهم.txt',
  'lpt.txt',
  '.x',
]

test.each([...hidden, ...devices, '', '  '])(
  'the name %j is refused wherever a file is created',
  async (name) => {
    writeFileSync(join(root, 'from.txt'), 'x')
    expect(nameProblem(name)).toEqual(expect.any(String))
    if (name.trim() === '') return
    const stream = Readable.from(['x'])
    const done = [
      await files.perform({ type: 'newFolder', folder: '', name }),
      await files.perform({ type: 'move', from: 'from.txt', to: name }),
      await files.perform({ type: 'copy', from: 'from.txt', to: name }),
      await upload(root, { path: name, stream, length: 1, overwrite: false }),
    ]
    expect(done.map(code)).toEqual(done.map(() => 'badName'))
  },
)

test.each(usual)('the name %j is taken', (name) => expect(nameProblem(name)).toBeNull())

test('what cannot be seen in a name is written out, and nothing else', () => {
  expect(visibleName('a\u202egpj.exe')).toBe('a\\u{202e}gpj.exe')
  for (const name of usual) expect(visibleName(name)).toBe(name)
})
