/** Outputs on their way to a real document and a real store. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import * as Y from 'yjs'
import { cellOutputs, cellsOf, findCell, makeCell } from '../../contract/document.ts'
import { SessionOutputs } from '../../src/session/session-outputs.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { Store } from '../../src/store/ports.ts'

let root: string
let store: Store
let doc: Y.Doc
let outputs: SessionOutputs

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'yesterday-outputs-'))
  store = await openStore({ root })
  doc = new Y.Doc()
  cellsOf(doc).push(['c1', 'c2'].map((id) => makeCell({ id, type: 'code' })))
  outputs = new SessionOutputs(doc, store.objects, store.secrets.masker)
  outputs.begin('r1', 'c1')
  outputs.begin('r2', 'c2')
})

afterEach(async () => {
  await store.close()
  await rm(root, { recursive: true, force: true, maxRetries: 5 })
})

function say(run: string, type: string, content: Parameters<SessionOutputs['accept']>[1]['content']): void {
  const header = { msg_id: 'm1', msg_type: type, session: 'k1', username: 'u', date: '', version: '5.3' }
  outputs.accept(run, { header, content })
}

const display = (text: string) => ({
  data: { 'text/plain': text },
  metadata: {},
  transient: { display_id: 'd1' },
})

function shown(cell: string): unknown {
  const found = findCell(doc, cell)
  return found && cellOutputs(found.cell)?.toJSON()
}

test('an update from one cell changes the display of another, wherever it is shown', async () => {
  say('r1', 'display_data', display('before'))
  say('r1', 'display_data', display('before'))
  say('r2', 'update_display_data', display('after'))
  await outputs.settled()
  const after = { data: { 'text/plain': 'after' } }
  expect(shown('c1')).toMatchObject([after, after])
  expect(shown('c2')).toEqual([])
})

test('an update of an unknown display changes nothing', async () => {
  say('r2', 'update_display_data', display('after'))
  await outputs.settled()
  expect(shown('c1')).toEqual([])
})

test('chunks that came together are one text', async () => {
  for (const text of ['a', 'b\r', 'c\n', 'd']) say('r1', 'stream', { name: 'stdout', text })
  await outputs.end('r1')
  expect(shown('c1')).toMatchObject([{ output_type: 'stream', name: 'stdout', text: 'cb\nd' }])
})

test('a large value is stored, and the document refers to it', async () => {
  const large = 'z'.repeat(200_000)
  say('r1', 'display_data', display(large))
  await outputs.end('r1')
  expect(JSON.stringify(shown('c1')).length).toBeLessThan(20_000)
  const digest = /sha256:[0-9a-f]{64}/.exec(JSON.stringify(shown('c1')))?.[0]
  expect(digest).toBeDefined()
  const bytes = await store.objects.get(digest ?? '')
  expect(Buffer.from(bytes ?? []).toString() === large).toBe(true)
})

test('what an overtaken run still says is not shown', async () => {
  outputs.begin('r3', 'c1')
  say('r1', 'stream', { name: 'stdout', text: 'old' })
  say('r3', 'stream', { name: 'stdout', text: 'new' })
  await outputs.settled()
  expect(shown('c1')).toMatchObject([{ text: 'new' }])
})

test('what a run says much of is written together, its result at once', () => {
  for (let n = 0; n < 20; n++) say('r1', 'stream', { name: 'stdout', text: `${n}\n` })
  const before = JSON.stringify(shown('c1'))
  expect(before).not.toContain('19')
  say('r1', 'execute_result', { execution_count: 1, data: { 'text/plain': "'done'" }, metadata: {} })
  const text = [...Array(20).keys(), ''].join('\n')
  expect(shown('c1')).toMatchObject([{ text }, { data: { 'text/plain': "'done'" } }])
})

test('runs that are soon over, however many, delay no output of the next by more than a moment', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  try {
    for (let n = 0; n < 200; n++) {
      outputs.begin(`q${n}`, 'c1')
      say(`q${n}`, 'execute_input', { execution_count: n })
      say(`q${n}`, 'stream', { name: 'stdout', text: `${n}\n` })
      await outputs.end(`q${n}`)
    }
    say('r2', 'stream', { name: 'stdout', text: 'first\n' })
    await vi.advanceTimersByTimeAsync(120)
    expect(shown('c2')).toMatchObject([{ text: 'first\n' }])
  } finally {
    vi.useRealTimers()
  }
})

test('what is no output leads to no write', () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  try {
    for (let n = 0; n < 20; n++) say('r1', 'status', { execution_state: 'busy' })
    expect(vi.getTimerCount()).toBe(0)
  } finally {
    vi.useRealTimers()
  }
})

test('a failed write blocks nothing: what follows is shown, and the run ends', async () => {
  const put = vi.spyOn(store.objects, 'put').mockRejectedValueOnce(new Error('no room'))
  const logged = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  say('r1', 'display_data', display('z'.repeat(200_000)))
  await outputs.settled()
  expect(logged).toHaveBeenCalledWith(expect.stringContaining('no room'))
  put.mockRestore()
  logged.mockRestore()
  say('r1', 'stream', { name: 'stdout', text: 'after\n' })
  expect((await outputs.end('r1'))?.outputs).toHaveLength(2)
  expect(shown('c1')).toMatchObject([{ text: 'after\n' }])
})

test('a message that breaks the reader costs itself alone', async () => {
  const logged = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  const broken = Object.defineProperty({}, 'name', {
    enumerable: true,
    get: () => {
      throw new Error('broken')
    },
  })
  say('r1', 'stream', broken)
  say('r1', 'stream', { name: 'stdout', text: 'after\n' })
  await outputs.end('r1')
  logged.mockRestore()
  expect(shown('c1')).toMatchObject([
    { data: { 'text/plain': 'This output could not be shown: it could not be read (broken).' } },
    { text: 'after\n' },
  ])
})
