/** Comments on the real store: who wrote them, who may change them, what is kept, what follows the text. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import * as Y from 'yjs'
import { anchorAt, placeOf } from '../../contract/anchors.ts'
import { COMMENT_LIMITS, type Thread } from '../../contract/comments.ts'
import { cellSource, cellsOf, findCell } from '../../contract/document.ts'
import { fileApi } from '../../contract/file-api.ts'
import { problemOf } from '../../setup/nbformat-judge.js'
import type { CommentAnswer } from '../../src/comments/comments.ts'
import { exportRoutes } from '../../src/http/routes/export.ts'
import { projectSecrets } from '../../src/secrets/secrets.ts'
import { callRoute } from '../http/call-route.ts'
import { type Commented, openCommented } from './place.ts'

const ada = { id: 'ada', name: 'Ada Lovelace' }
const bob = { id: 'bob', name: 'Bob' }
let root: string
let place: Commented

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'yesterday-comments-'))
  place = await openCommented(root, [ada, bob])
})
afterEach(async () => {
  await place.close()
  await rm(root, { recursive: true, force: true })
})

function value<T>(answer: CommentAnswer<T>): T {
  if (!answer.ok) throw new Error(answer.refusal.message)
  return answer.value
}

const begin = async (text: string, by = ada): Promise<Thread> =>
  value(await place.comments.begin(place.notebook, by, { anchor: { on: 'cell', cell: 'a' }, text }))
const list = async (by = ada) => value(await place.comments.list(place.notebook, by))
const reopen = async (): Promise<void> => {
  await place.close()
  place = await openCommented(root, [ada, bob])
}

test('a thread has its author, its quote and its mentions, and is there after a restart', async () => {
  const thread = await begin('Look, @bob and @ada lovelace: hunter2. Not me@bob.de or @bobby.')
  expect(thread).toMatchObject({
    quote: 'mass = 3\nweight = mass * 9.81',
    resolved: null,
    comments: [{ author: ada, mentions: [bob, ada], edited: null, number: 1 }],
  })
  expect(thread.comments[0]?.text).toContain('***')
  await reopen()
  expect((await list()).threads).toEqual([thread])
})

test('only its author edits and deletes a comment; anyone resolves and reopens; the last one takes the thread', async () => {
  const { id, comments: written } = await begin('first')
  const first = written[0]?.id ?? ''
  const change = (by: typeof ada, asked: Parameters<typeof place.comments.change>[3]) =>
    place.comments.change(place.notebook, id, by, asked)
  expect(await change(bob, { type: 'edit', comment: first, text: 'mine' })).toMatchObject({
    ok: false,
    refusal: { status: 403 },
  })
  value(await change(bob, { type: 'reply', text: 'second @Ada Lovelace' }))
  value(await change(bob, { type: 'resolve' }))
  value(await change(ada, { type: 'edit', comment: first, text: 'first, better' }))
  const { threads } = await list()
  expect(threads[0]).toMatchObject({
    resolved: { by: bob },
    comments: [{ text: 'first, better' }, { author: bob }],
  })
  expect(threads[0]?.comments[0]?.edited).not.toBeNull()
  value(await change(ada, { type: 'reopen' }))
  const { thread } = value(await change(ada, { type: 'delete', comment: first }))
  expect(thread).toMatchObject({ resolved: null, comments: [{ deleted: true, text: '' }, { author: bob }] })
  const stored = await place.store.updates.load(`comments.${place.notebook}`)
  expect(Buffer.concat([...(stored?.updates ?? [])]).toString()).not.toContain('first')
  const second = thread?.comments[1]?.id ?? ''
  expect(value(await change(bob, { type: 'delete', comment: second })).thread).toBeNull()
  await reopen()
  expect((await list()).threads).toEqual([])
})

test('read marks are per person, go forward only, and last', async () => {
  const { id } = await begin('one')
  value(await place.comments.change(place.notebook, id, bob, { type: 'reply', text: 'two' }))
  expect((await list(ada)).read).toEqual({ [id]: 1 })
  expect((await list(bob)).read).toEqual({ [id]: 2 })
  value(await place.comments.read(place.notebook, id, ada, 99))
  expect(value(await place.comments.read(place.notebook, id, ada, 1))).toEqual({ read: 2 })
  await reopen()
  expect((await list(ada)).read).toEqual({ [id]: 2 })
})

test('an anchor follows its text through edits and a move, and is kept', async () => {
  const { doc } = place.documents.get(place.notebook) ?? {}
  const anchor = doc && anchorAt(doc, { cell: 'a', start: 9, end: 15 })
  if (!doc || !anchor) throw new Error('no anchor')
  const changed = vi.fn()
  place.comments.onChange({ changed, read: () => undefined })
  value(await place.comments.begin(place.notebook, ada, { anchor, text: 'unit?' }))
  const found = findCell(doc, 'a')
  if (found === null) throw new Error('no cell')
  cellSource(found.cell).insert(9, 'net_')
  cellSource(found.cell).insert(19, '_N')
  await vi.waitFor(() => expect(changed).toHaveBeenCalledTimes(2))
  await reopen()
  const [thread] = (await list()).threads
  const now = place.documents.get(place.notebook)?.doc
  if (now === undefined || thread?.anchor.on !== 'source') throw new Error('no thread')
  const at = placeOf(now, thread.anchor)
  const source = findCell(now, 'a')
  expect(source && cellSource(source.cell).toString().slice(at?.start, at?.end)).toBe('weight')
  expect(thread.quote).toBe('weight')
})

test('an anchor survives undo and redo of its text, of its cell, and of the text that it was written on', async () => {
  const { doc } = place.documents.get(place.notebook) ?? {}
  const source = doc && findCell(doc, 'a')
  if (!doc || !source) throw new Error('no cell')
  const text = cellSource(source.cell)
  const undo = new Y.UndoManager(cellsOf(doc), { captureTimeout: 0 })
  text.insert(0, 'unit = "kg"\n')
  const comment = async (start: number, end: number): Promise<string> => {
    const anchor = anchorAt(doc, { cell: 'a', start, end })
    if (anchor === null) throw new Error('no anchor')
    return value(await place.comments.begin(place.notebook, ada, { anchor, text: 'why?' })).id
  }
  const shown = async (): Promise<(string | null)[]> => {
    const threads = (await list()).threads
    const at = [typed, weight].map((id) => threads.find((one) => one.id === id)?.anchor)
    return at.map((anchor) => {
      const found = anchor?.on === 'source' ? placeOf(doc, anchor) : null
      const cell = found && findCell(doc, found.cell)
      return cell && cellSource(cell.cell).toString().slice(found?.start, found?.end)
    })
  }
  const typed = await comment(0, 4)
  const weight = await comment(21, 27)
  const both = ['unit', 'weight']
  expect(await shown()).toEqual(both)
  undo.undo()
  await vi.waitFor(async () => expect(await shown()).toEqual([null, 'weight']))
  undo.redo()
  await vi.waitFor(async () => expect(await shown()).toEqual(both))
  text.delete(0, text.length)
  await vi.waitFor(async () => expect(await shown()).toEqual([null, null]))
  undo.undo()
  await vi.waitFor(async () => expect(await shown()).toEqual(both))
  cellsOf(doc).delete(0)
  await vi.waitFor(async () => expect(await shown()).toEqual([null, null]))
  undo.undo()
  await vi.waitFor(async () => expect(await shown()).toEqual(both))
  await place.comments.close()
  expect((await list()).threads).toHaveLength(2)
})

test('comments are in no notebook file, and stay with a notebook that is renamed', async () => {
  await begin('private')
  await place.documents.moved('a.ipynb', 'b.ipynb')
  expect((await list()).threads).toHaveLength(1)
})

test('an exported notebook has the comments only on request, at their cells and under names alone', async () => {
  const { doc } = place.documents.get(place.notebook) ?? {}
  const anchor = doc && anchorAt(doc, { cell: 'a', start: 9, end: 15 })
  if (!doc || !anchor) throw new Error('no anchor')
  const { id } = value(await place.comments.begin(place.notebook, ada, { anchor, text: 'unit of *weight*?' }))
  const { comments: replies } = value(
    await place.comments.change(place.notebook, id, bob, { type: 'reply', text: 'kilograms' }),
  ).thread ?? { comments: [] }
  value(await place.comments.change(place.notebook, id, bob, { type: 'resolve' }))
  const outputs = { on: 'output', cell: 'gone', output: 0, run: 'r1' } as const
  value(await place.comments.begin(place.notebook, bob, { anchor: outputs, text: 'of a cell that is gone' }))
  const secrets = projectSecrets(root)
  const routes = exportRoutes({ ...place, root, objects: place.store.objects, secrets })
  const ask = (query: object) =>
    callRoute(routes, fileApi.export, { params: { path: ['a.ipynb'] }, query: { ...query }, role: 'viewer' })
  const exported = async (query: object): Promise<string> => {
    const reply = await ask(query)
    return reply.kind === 'bytes' ? String(reply.body) : JSON.stringify(reply)
  }
  for (const format of ['py', 'script', 'html', 'ipynb'])
    expect(await exported({ format })).not.toMatch(/kilograms|Lovelace|that is gone/)
  expect(await ask({ format: 'html', comments: 'included' })).toMatchObject({ refusal: { status: 400 } })
  const text = await exported({ format: 'ipynb', comments: 'included' })
  expect(await problemOf(text)).toBe('')
  expect(text).not.toMatch(/"(?:ada|bob)"/)
  const { cells, metadata } = JSON.parse(text)
  const at = expect.stringMatching(/^\d{4}-.*Z$/)
  expect(cells[0].metadata.yesterday.comments).toEqual([
    {
      ...{ about: 'source', start: 9, end: 15, quote: 'weight', resolved: { by: 'Bob', at } },
      comments: [
        { author: 'Ada Lovelace', at, edited: null, text: 'unit of *weight*?' },
        { author: 'Bob', at: replies[1]?.at, edited: null, text: 'kilograms' },
      ],
    },
  ])
  expect(cells[1].metadata).toEqual({})
  expect(metadata.yesterday.comments).toMatchObject([
    { about: 'output', output: 0, run: 'r1', resolved: null, comments: [{ text: 'of a cell that is gone' }] },
  ])
  expect(await readFile(join(root, 'a.ipynb'), 'utf8')).not.toContain('yesterday')
})

test('what is too long, unknown or too much is refused', async () => {
  const { id } = await begin('x')
  for (let n = 1; n < COMMENT_LIMITS.comments; n++)
    value(await place.comments.change(place.notebook, id, ada, { type: 'reply', text: `${n}` }))
  expect(await place.comments.change(place.notebook, id, ada, { type: 'reply', text: 'more' })).toMatchObject(
    {
      refusal: { code: 'tooMany' },
    },
  )
  expect(await place.comments.change(place.notebook, 'none', ada, { type: 'resolve' })).toMatchObject({
    refusal: { status: 404 },
  })
  expect(await place.comments.list('none', ada)).toMatchObject({ refusal: { status: 404 } })
})

test('a failed write is answered as a failure, and shows nothing that is not kept', async () => {
  const kept = await begin('kept')
  const append = vi.spyOn(place.store.updates, 'append').mockRejectedValueOnce(new Error('the disk is full'))
  await expect(begin('lost')).rejects.toThrow('the disk is full')
  append.mockRestore()
  expect((await list()).threads).toEqual([kept])
})

test.for([7, 160])('killed after %i settled comments, it kept them all', async (moment) => {
  await place.close()
  const program = join(import.meta.dirname, 'commenter.ts')
  const child = spawn(process.execPath, [program, root], { stdio: ['ignore', 'pipe', 'inherit'] })
  const said: string[] = []
  for await (const line of createInterface({ input: child.stdout }))
    if (said.push(line) === moment) child.kill('SIGKILL')
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  place = await openCommented(root)
  const threads = new Map((await list()).threads.map((thread) => [thread.id, thread]))
  for (const line of said) {
    const [what, thread = '', ...text] = line.split(' ')
    expect(threads.has(thread), line).toBe(true)
    const comments = threads.get(thread)?.comments ?? []
    if (what === 'reply') expect(comments.map((comment) => comment.text)).toContain(text.join(' '))
    if (what === 'deleted') expect(comments[0]?.deleted, line).toBe(true)
  }
  expect((await place.store.check()).problems).toEqual([])
})
