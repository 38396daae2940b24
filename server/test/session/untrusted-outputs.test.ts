/** Whatever a kernel says of outputs, the document holds something that every peer can read, and one output at most is lost. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import * as Y from 'yjs'
import { cellOutputs, cellsOf, findCell, makeCell } from '../../contract/document.ts'
import { type Json, unescapeJson } from '../../contract/json.ts'
import { problemOf } from '../../setup/nbformat-judge.js'
import { fileOutput } from '../../src/document/file-output.ts'
import { inline } from '../../src/document/large-values.ts'
import { boundedError } from '../../src/session/bounded-error.ts'
import { storeOutputs } from '../../src/session/output-objects.ts'
import { SessionOutputs } from '../../src/session/session-outputs.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { Store } from '../../src/store/ports.ts'

type Content = Parameters<SessionOutputs['accept']>[1]['content']

let root: string
let store: Store
let doc: Y.Doc
let outputs: SessionOutputs

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'yesterday-untrusted-'))
  store = await openStore({ root })
  doc = new Y.Doc()
  cellsOf(doc).push([makeCell({ id: 'c1', type: 'code' })])
  outputs = new SessionOutputs(doc, store.objects, store.secrets.masker)
  outputs.begin('r1', 'c1')
})

afterEach(async () => {
  await store.close()
  await rm(root, { recursive: true, force: true, maxRetries: 5 })
})

function say(type: string, content: Content): void {
  const header = { msg_id: 'm1', msg_type: type, session: 'k1', username: 'u', date: '', version: '5.3' }
  outputs.accept('r1', { header, content })
}

/** As a peer has them that was sent the document. */
function received(): readonly { readonly [key: string]: Json }[] {
  const copy = new Y.Doc()
  Y.applyUpdate(copy, Y.encodeStateAsUpdate(doc))
  const found = findCell(copy, 'c1')
  return (found && cellOutputs(found.cell)?.toJSON()) ?? []
}

async function validated(): Promise<string> {
  const written = await Promise.all(
    received().map(async (output) => fileOutput(await inline(output, (digest) => store.objects.get(digest)))),
  )
  const cell = { cell_type: 'code', id: 'c1', metadata: {}, source: '', execution_count: 1, outputs: written }
  return problemOf(JSON.stringify({ cells: [cell], metadata: {}, nbformat: 4, nbformat_minor: 5 }))
}

const deep = (levels: number): Content[string] => JSON.parse('['.repeat(levels) + ']'.repeat(levels))
const parsed = (text: string): Content => JSON.parse(text)
const notShown = { 'text/plain': expect.stringContaining('This output could not be shown: it ') }

const shownAsTheyAre: readonly (readonly [string, Content])[] = [
  ['metadata with constructor', { data: { 'text/plain': 'x' }, metadata: { constructor: 1 } }],
  ['a bundle with constructor', { data: { 'text/plain': 'x', constructor: '1' }, metadata: {} }],
  [
    'names of every prototype',
    parsed('{"data": {"application/json": {"__proto__": 1, "valueOf": {"toString": []}}}, "metadata": {}}'),
  ],
  [
    'a member that is ours',
    { data: { 'application/json': { 'yesterday.object': null } }, metadata: { yesterday: 1 } },
  ],
  ['200 levels at most', { data: { 'application/json': deep(150) }, metadata: {} }],
]

test.each(shownAsTheyAre)('%s: shown as it is', async (_, content) => {
  say('display_data', content)
  const run = await outputs.end('r1')
  const [output] = received()
  expect(unescapeJson(output?.data ?? null)).toEqual(content.data)
  expect(unescapeJson(output?.metadata ?? null)).toEqual(content.metadata)
  expect(await validated()).toBe('')
  expect(await storeOutputs(run?.outputs ?? [], store.objects)).toHaveLength(
    Object.keys(content.data ?? {}).length,
  )
})

const refused: readonly (readonly [string, string, Content])[] = [
  ['JSON 3,000 levels deep', 'display_data', { data: { 'application/json': deep(3000) }, metadata: {} }],
  [
    'metadata 3,000 levels deep',
    'execute_result',
    { data: { 'text/plain': 'x' }, metadata: { a: deep(3000) } },
  ],
  ['JSON 100,000 levels deep', 'display_data', { data: { 'application/json': deep(100_000) }, metadata: {} }],
  ['a megabyte of metadata', 'display_data', { data: {}, metadata: { a: 'x'.repeat(1_000_000) } }],
  [
    'a thousand forms',
    'display_data',
    { data: Object.fromEntries([...Array(1000).keys()].map((n) => [`text/x-${n}`, 'x'])) },
  ],
  ['data that is a list', 'display_data', { data: [1, 2], metadata: {} }],
  ['a stream of numbers', 'stream', { name: 'stdout', text: 5 }],
  ['a stream without a name', 'stream', { text: 'x' }],
  ['an error whose traceback is text', 'error', { ename: 'E', evalue: '', traceback: 'x' }],
]

test.each(refused)(
  '%s: shown as text with the reason, and what follows is shown',
  async (_, type, content) => {
    say(type, content)
    say('stream', { name: 'stdout', text: 'after\n' })
    const run = await outputs.end('r1')
    expect(received()).toMatchObject([
      { output_type: expect.any(String), data: notShown },
      { text: 'after\n' },
    ])
    expect(await validated()).toBe('')
    expect((await storeOutputs(run?.outputs ?? [], store.objects)).length).toBeGreaterThanOrEqual(2)
  },
)

test('an update that cannot be shown takes the place of its display, with the reason', async () => {
  const transient = { display_id: 'd1' }
  say('display_data', { data: { 'text/plain': 'before' }, metadata: {}, transient })
  say('update_display_data', { data: { 'application/json': deep(3000) }, metadata: {}, transient })
  await outputs.settled()
  expect(received()).toMatchObject([{ data: notShown }])
  say('update_display_data', { data: { 'text/plain': 'after' }, metadata: {}, transient })
  await outputs.settled()
  expect(received()).toMatchObject([{ data: { 'text/plain': 'after' } }])
})

test('an error of megabytes is cut where it is shown, says so, and is recorded whole', async () => {
  const evalue = `${'y'.repeat(5_000_000)}!`
  say('error', { ename: 'ValueError', evalue, traceback: Array(5000).fill('line') })
  const run = await outputs.end('r1')
  const text = JSON.stringify(received())
  expect(text.length).toBeLessThan(100_000)
  expect(text).toContain('characters are left out')
  expect(text).toContain('4000 entries are left out')
  expect(await validated()).toBe('')
  const [entry] = await storeOutputs(run?.outputs ?? [], store.objects)
  expect(Buffer.from((await store.objects.get(entry?.digest ?? '')) ?? []).toString()).toContain(evalue)
  expect(boundedError({ ename: 'E', evalue: 'short', traceback: ['a'] })).toEqual({
    ename: 'E',
    evalue: 'short',
    traceback: ['a'],
  })
})

test('half a surrogate pair at the end of a chunk is joined with the other half, and alone is replaced', async () => {
  say('stream', { name: 'stdout', text: 'a\ud83d' })
  await outputs.settled()
  say('stream', { name: 'stdout', text: '\ude00b\udc00c\n' })
  await outputs.end('r1')
  expect(received()).toMatchObject([{ text: 'a😀b\ufffdc\n' }])
})
