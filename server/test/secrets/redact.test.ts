/** What an earlier version recorded in clear is found, and masked wherever it is; nothing else changes. */
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import * as Y from 'yjs'
import { Digest } from '../../contract/ids.ts'
import { digestOf } from '../../src/disk/digest.ts'
import { readForm, seedDocument } from '../../src/document/document-form.ts'
import { openStore } from '../../src/store/open-store.ts'
import { storePaths } from '../../src/store/project-folder.ts'
import { Writer } from '../../src/store/writer.ts'
import { newFolder, start } from '../cli/program.ts'
import { at, edge, ended, queued, sessionEnded, sessionStarted } from '../store/entries.ts'
import { indexRows } from '../store/sqlite-place.ts'
import { filesBelow, leaks } from './search.ts'

const secret = 'Sesame-77x-open'
const ids = { login: 'aaaa1000000000000001', other: 'bbbb1000000000000002' }
const source = `login("me", password="${secret}")`
const printed = `${'logged in\n'.repeat(2000)}with ${secret}\n`
const notebook = {
  cells: [{ cell_type: 'code', id: 'c1', source, metadata: {}, outputs: [], execution_count: 1 }],
  metadata: {},
  nbformat: 4,
  nbformat_minor: 5,
}
const value = Buffer.concat([Buffer.from([0x80, 5, 0]), Buffer.from(secret), Buffer.alloc(9000)])
const clean = Buffer.concat([Buffer.from([0x80, 5, 0]), Buffer.alloc(9000, 1)])
const file = Buffer.from(`token: ${secret}\n`)
const stored = (bytes: Uint8Array) => ({
  format: 'pickle5',
  digest: digestOf(bytes),
  size: bytes.length,
  signature: null,
})
/** A large output that another program had saved in the notebook: only its document names it. */
const saved = `saved ${secret}\n${'.'.repeat(9000)}`

let root = ''
beforeEach(async () => {
  root = await newFolder()
  await writeFile(join(root, 'a.ipynb'), JSON.stringify(notebook))
  // Makes the folder; what follows is written as it was before anything was masked.
  await (await openStore({ root })).close()
  const writer = await Writer.open(storePaths(root), () => undefined)
  const blobs = [source, '# other', 'shown'].map((text) => Buffer.from(text))
  await writer.request({ type: 'append', entries: entries(), blobs: blobs.map(blob) })
  await writer.request({
    type: 'createDocument',
    documentId: 'd1',
    epoch: 'e',
    path: 'a.ipynb',
    seed: seed(),
  })
  await writer.close()
  const store = await openStore({ root })
  for (const bytes of [
    Buffer.from(printed),
    Buffer.from(saved),
    Buffer.from(JSON.stringify(notebook)),
    value,
    clean,
    file,
  ])
    await store.objects.put(bytes)
  await store.close()
})
afterEach(() => rm(root, { recursive: true, maxRetries: 5 }))

const blob = (bytes: Uint8Array) => ({ digest: digestOf(bytes), bytes: Uint8Array.from(bytes) })

function entries() {
  const text = Buffer.from(printed)
  const login = edge('login', {
    digest: 'xxh3:aa',
    version: 'login@xxh3:aa',
    preview: `'${secret}'`,
    value: stored(value),
  })
  const report = edge('report.txt', {
    kind: 'file',
    digest: digestOf(file),
    value: { ...stored(file), format: 'bytes' },
  })
  const data = edge('data', { digest: 'xxh3:bb', value: stored(clean) })
  return [
    sessionStarted('s', { notebook: 'a.ipynb' }),
    queued(ids.login, 's', { source, title: source, notebook: 'a.ipynb' }),
    ended(ids.login, 1, {
      used: [report, edge('/p/.yesterday/key', { kind: 'file', digest: 'sha256:cc' })],
      generated: [login, data],
      outputs: [
        {
          mime: 'text/plain',
          digest: digestOf(text),
          size: text.length,
          outputType: 'stream',
          name: 'stdout',
        },
      ],
    }),
    queued(ids.other, 's', { source: '# other', notebook: 'a.ipynb' }),
    ended(ids.other, 2, {
      used: [
        { ...login, preview: null, value: null, by: ids.login },
        { ...data, by: ids.login },
      ],
      outputs: [
        { mime: 'text/plain', digest: digestOf('shown'), size: 5, outputType: 'stream', name: 'stdout' },
      ],
    }),
    sessionEnded('s'),
    {
      type: 'checkpoint-made' as const,
      checkpoint: 'cccc',
      name: 'before',
      notebook: 'a.ipynb',
      documentId: 'd1',
      at: at(9),
      actor: { id: 'ada', name: 'Ada' },
      run: ids.login,
      state: digestOf(JSON.stringify(notebook)),
    },
  ]
}

function seed(): Uint8Array {
  const doc = new Y.Doc()
  const reference = { digest: digestOf(saved), size: saved.length, mime: 'text/plain' }
  const outputs = [
    { output_type: 'stream', name: 'stdout', text: `in with ${secret}\n` },
    { output_type: 'display_data', metadata: {}, data: { 'text/plain': { 'yesterday.object': reference } } },
  ]
  const cell = {
    id: 'c1',
    type: 'code' as const,
    source,
    metadata: {},
    attachments: null,
    outputs,
    executionCount: 1,
  }
  doc.transact(() => seedDocument(doc, { nbformat: 4, minor: 5, metadata: {}, cells: [cell] }))
  return Y.encodeStateAsUpdate(doc)
}

const redact = (...words: readonly string[]) =>
  start({ cwd: root, env: { OLD: secret } }, ['redact', ...words, '--json'])
const history = () => filesBelow(join(root, '.yesterday'))

test('a value that is given is masked in every part of the history, and the rest stays', async () => {
  expect(leaks(await history(), [secret])).not.toEqual([])
  const planned = await redact('--all', '--value-from-env', 'OLD')
  const counts = { code: 1, output: 2, checkpoint: 1, other: 2, documents: 2, notebooks: ['a.ipynb'] }
  expect(JSON.parse(planned.out)).toMatchObject({ ...counts, applied: false })
  const before = await history()
  expect(leaks(before, [secret]), 'a plan changes nothing').not.toEqual([])
  const applied = await redact('--all', '--value-from-env', 'OLD', '--apply')
  expect(applied.err).toBe('')
  expect(JSON.parse(applied.out)).toMatchObject({ ...counts, applied: true, left: [] })
  expect(leaks(await history(), [secret])).toEqual([])
  expect(JSON.parse((await redact('--all', '--value-from-env', 'OLD')).out)).toMatchObject({
    entries: 0,
    documents: 0,
  })
  expect(await readFile(join(root, 'a.ipynb'), 'utf8'), 'the notebook is the user’s').toContain(secret)

  const store = await openStore({ root })
  const login = await store.index.receipt(ids.login)
  const other = await store.index.receipt(ids.other)
  expect(login?.source).toMatch(/^login\("me", password="•{6}[0-9a-f]{8}"\)$/)
  expect(login?.title).toBe(login?.source)
  expect(login?.generated).toMatchObject([
    {
      name: 'login',
      preview: expect.stringMatching(/^'•{6}/),
      value: null,
      digest: expect.stringMatching(/^keyed:/),
    },
    { name: 'data', digest: 'xxh3:bb', value: stored(clean) },
  ])
  expect(
    other?.used.map(({ digest }) => digest),
    'who used it still finds it',
  ).toEqual(login?.generated.map(({ digest }) => digest))
  expect(
    login?.used.map(({ name }) => name),
    'the history is no input',
  ).toEqual(['report.txt'])
  const output = login?.outputs[0]
  const shown = Buffer.from((output && (await store.objects.get(output.digest))) ?? []).toString()
  expect(shown).toMatch(/logged in\nwith •{6}[0-9a-f]{8}\n$/)
  expect(output?.size).toBe(Buffer.byteLength(shown))
  expect(other?.outputs[0]?.digest).toBe(digestOf('shown'))
  const [checkpoint] = await store.index.checkpoints()
  const state = await store.objects.get(Digest.parse(checkpoint?.state))
  expect(Buffer.from(state ?? []).toString()).toMatch(/password=\\"•{6}[0-9a-f]{8}\\"/)
  await store.close()
})

test('the document keeps what was typed, sealed, and shows its outputs masked', async () => {
  await redact('--all', '--value-from-env', 'OLD', '--apply')
  const store = await openStore({ root })
  const document = await store.updates.load('d1')
  const doc = new Y.Doc()
  for (const update of document?.updates ?? []) Y.applyUpdate(doc, update)
  const [cell] = readForm(doc).cells
  expect(cell?.source).toBe(source)
  expect(cell?.outputs?.[0]?.text).toMatch(/^in with •{6}[0-9a-f]{8}\n$/)
  const digest = /sha256:[0-9a-f]{64}/.exec(JSON.stringify(cell?.outputs?.[1]))?.[0] ?? ''
  const bytes = await store.objects.get(Digest.parse(digest))
  expect(Buffer.from(bytes ?? []).toString()).toMatch(/^saved •{6}/)
  await store.close()
})

test('the hash chain holds, the index follows, and the record says who redacted and how, without the value', async () => {
  await redact('--all', '--value-from-env', 'OLD', '--apply')
  const store = await openStore({ root })
  expect((await store.check()).problems).toEqual([])
  const rows = indexRows(root)
  await store.index.rebuild()
  expect(indexRows(root)).toEqual(rows)
  const all = []
  for await (const { entry } of store.runs.read()) all.push(entry)
  expect(all.at(-1)).toMatchObject({
    type: 'entries-redacted',
    reason: 'yesterday redact --value-from-env OLD',
    objects: 6,
  })
  await store.close()
})

test('what looks like a secret is found without naming it, in one run as well', async () => {
  const one = JSON.parse((await redact(ids.login.slice(0, 6), '--detect')).out)
  expect(one).toMatchObject({ code: 1, output: 0, documents: 0, applied: false })
  const none = JSON.parse((await redact(ids.other.slice(0, 6), '--detect')).out)
  expect(none).toMatchObject({ code: 0, output: 0 })
  const all = JSON.parse((await redact('--all', '--detect', '--apply')).out)
  expect(all).toMatchObject({ code: 1, checkpoint: 1, applied: true })
  const { out } = await start({ cwd: root, env: {} }, ['show', ids.login, '--json'])
  expect(JSON.parse(out).source).not.toContain(secret)
})

test.each([
  [['--all'], 'no-value'],
  [['--detect'], 'which'],
  [[ids.login, '--all', '--detect'], 'which'],
  [['--all', '--value-from-env', 'NOWHERE'], 'no-value'],
  [['ffffffff', '--detect'], 'no-run'],
])('%j is refused', async (words, code) => {
  const { out, code: exit } = await redact(...words)
  expect([exit, JSON.parse(out).error.code]).toEqual([2, code])
})
