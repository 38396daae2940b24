// @vitest-environment happy-dom
/** The comments of an open notebook: what the server answers, what the session sends meanwhile, and who is notified. */
import type { Comment, NotebookComments, Thread } from '@yesterday/server/contract/comments.ts'
import type { Event } from '@yesterday/server/contract/session.ts'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { loadMe } from '../src/api/me-store.ts'
import { CommentStore } from '../src/session/comment-store.ts'
import type { CommentsChanged, SessionSocket } from '../src/session/session-socket.ts'
import { Signal, Watched } from '../src/state/observable.ts'
import { t } from '../src/text/text.ts'
import { dismissAll } from '../src/ui/notices.ts'
import { noticeTexts } from './staged.tsx'

const ada = { id: 'ada', name: 'Ada' }
const bob = { id: 'bob', name: 'Bob' }
const at = '2026-01-01T00:00:00.000Z'

const comment = (number: number, author = bob, more: Partial<Comment> = {}): Comment => ({
  id: `c${number}`,
  number,
  author,
  at,
  edited: null,
  text: 'x',
  mentions: [],
  deleted: false,
  ...more,
})
const thread = (id: string, comments: readonly Comment[], more: Partial<Thread> = {}): Thread => ({
  id,
  anchor: { on: 'cell', cell: 'a' },
  quote: '',
  resolved: null,
  comments: [...comments],
  ...more,
})
const list = (...threads: Thread[]): NotebookComments => ({ threads, read: {}, people: [ada, bob] })
const me = {
  actor: ada,
  color: '#0b7285',
  isNamed: true,
  hasPassword: false,
  hasPasskey: false,
  provider: null,
  decidesRole: false,
  signOutUrl: null,
  role: 'owner',
  owners: [],
  project: 'p',
  version: '0',
}

type Waiting = {
  readonly url: string
  readonly init: RequestInit
  readonly answer: (body: unknown, status?: number) => void
}
let asked: Waiting[] = []
let store: CommentStore
let session: ReturnType<typeof fakeSession>

function fakeSession() {
  return {
    comments: new Signal<CommentsChanged>(),
    commentsRead: new Signal<Extract<Event, { type: 'commentsRead' }>>(),
    connected: new Watched(false),
  }
}

beforeEach(async () => {
  vi.stubGlobal('fetch', () => Promise.resolve(Response.json(me)))
  await loadMe()
  asked = []
  vi.stubGlobal('fetch', (url: string, init: RequestInit = {}) => {
    const { promise, resolve } = Promise.withResolvers<Response>()
    asked.push({ url, init, answer: (body, status = 200) => resolve(Response.json(body, { status })) })
    return promise
  })
  session = fakeSession()
  store = new CommentStore('n/1', session as unknown as SessionSocket)
})
afterEach(() => {
  store.close()
  dismissAll()
  vi.unstubAllGlobals()
})

const settled = (check: () => void): Promise<void> => vi.waitFor(check)
const ids = (): readonly string[] => [...store.threads.get().keys()]
async function loaded(...threads: Thread[]): Promise<void> {
  session.connected.set(true)
  asked.at(-1)?.answer(list(...threads))
  await settled(() => expect(store.problem.get()).toBeNull())
}
const refusal = { error: { code: 'internal', message: 'The disk is full.' } }

describe('loading', () => {
  test('begins with the connection, and again with each', async () => {
    expect([asked.length, store.problem.get()]).toEqual([0, 'loading'])
    await loaded(thread('t', [comment(1)]))
    expect(asked[0]?.url).toBe('/api/notebooks/n%2F1/comments')
    session.connected.set(false)
    session.connected.set(true)
    expect(asked).toHaveLength(2)
    asked[1]?.answer(list())
    await settled(() => expect(ids()).toEqual([]))
  })

  test('a failure is shown, and another try replaces it', async () => {
    session.connected.set(true)
    asked[0]?.answer(refusal, 500)
    await settled(() => expect(store.problem.get()).toMatchObject({ message: 'The disk is full.' }))
    void store.load()
    asked[1]?.answer(list(thread('t', [comment(1)])))
    await settled(() => expect(store.problem.get()).toBeNull())
    expect(ids()).toEqual(['t'])
  })

  test('a failure after a success keeps what is known', async () => {
    await loaded(thread('t', [comment(1)]))
    const again = store.load()
    asked[1]?.answer(refusal, 500)
    await again
    expect([ids(), store.problem.get()]).toEqual([['t'], null])
  })

  test('an answer that is none is a problem, not an empty list', async () => {
    session.connected.set(true)
    asked[0]?.answer({ threads: [{ id: 't' }] })
    await settled(() => expect(store.problem.get()).toMatchObject({ code: 'unreadable' }))
  })

  test('what the session sent while the list was on its way is kept', async () => {
    session.connected.set(true)
    session.comments.emit({ threads: [thread('new', [comment(2)])], gone: ['old'] })
    asked[0]?.answer(list(thread('old', [comment(1)])))
    await settled(() => expect(store.problem.get()).toBeNull())
    expect(ids()).toEqual(['new'])
  })

  test('also where the list is asked for twice at once', async () => {
    session.connected.set(true)
    const second = store.load()
    asked[0]?.answer(list())
    await settled(() => expect(store.problem.get()).toBeNull())
    session.comments.emit({ threads: [thread('new', [comment(2)])], gone: [] })
    asked[1]?.answer(list())
    await second
    expect(ids()).toEqual(['new'])
  })
})

describe('writing', () => {
  test('a thread that was begun is there, and read', async () => {
    await loaded()
    const begun = store.begin({ on: 'cell', cell: 'a' }, 'hello')
    expect([asked[1]?.init.method, JSON.parse(String(asked[1]?.init.body))]).toEqual([
      'POST',
      { anchor: { on: 'cell', cell: 'a' }, text: 'hello' },
    ])
    asked[1]?.answer(thread('t', [comment(7, ada)]))
    expect(await begun).toMatchObject({ ok: true })
    expect([ids(), store.read.get()]).toEqual([['t'], { t: 7 }])
  })

  test('a refusal changes nothing', async () => {
    await loaded(thread('t', [comment(1)]))
    const begun = store.begin({ on: 'cell', cell: 'a' }, 'hello')
    asked[1]?.answer(refusal, 507)
    expect(await begun).toMatchObject({ ok: false, problem: { message: 'The disk is full.' } })
    expect(ids()).toEqual(['t'])
  })

  test('the last comment takes its thread along', async () => {
    await loaded(thread('t/1', [comment(1, ada)]))
    const changed = store.change('t/1', { type: 'delete', comment: 'c1' })
    expect(asked[1]?.url).toBe('/api/notebooks/n%2F1/comments/t%2F1')
    asked[1]?.answer({ thread: null })
    await changed
    expect(ids()).toEqual([])
  })

  test('a thread that changed replaces the one that was', async () => {
    await loaded(thread('t', [comment(1)]))
    const changed = store.change('t', { type: 'resolve' })
    asked[1]?.answer({ thread: thread('t', [comment(1)], { resolved: { by: ada, at } }) })
    await changed
    expect(store.threads.get().get('t')?.resolved?.by).toEqual(ada)
  })
})

describe('what is unread', () => {
  test('counts by cell, without own comments and resolved threads', async () => {
    await loaded(
      thread('t1', [comment(1), comment(2, ada), comment(3)]),
      thread('t2', [comment(4)], { anchor: { on: 'cell', cell: 'b' }, resolved: { by: ada, at } }),
    )
    expect(store.counts.get('a')).toEqual({ threads: 1, unread: 2 })
    expect(store.counts.get('b')).toBeUndefined()
  })

  test('is marked here at once, and sent once', async () => {
    const one = thread('t', [comment(1), comment(5)])
    await loaded(one)
    store.markRead(one)
    expect(store.counts.get('a')).toEqual({ threads: 1, unread: 0 })
    expect([asked[1]?.url, asked[1]?.init.method, asked[1]?.init.body]).toEqual([
      '/api/notebooks/n%2F1/comments/t/read',
      'PUT',
      '{"read":5}',
    ])
    store.markRead(one)
    expect(asked).toHaveLength(2)
  })

  test('another window of the person marks it too, and never back', async () => {
    await loaded(thread('t', [comment(1), comment(5)]))
    session.commentsRead.emit({ type: 'commentsRead', person: 'ada', thread: 't', read: 5 })
    expect(store.counts.get('a')?.unread).toBe(0)
    session.commentsRead.emit({ type: 'commentsRead', person: 'ada', thread: 't', read: 1 })
    expect(store.counts.get('a')?.unread).toBe(0)
  })
})

describe('a notice', () => {
  const send = (...threads: Thread[]): void => session.comments.emit({ threads, gone: [] })

  test('comes for a mention, once', async () => {
    await loaded()
    const mention = thread('t', [comment(1, bob, { mentions: [ada] })])
    send(mention)
    expect(noticeTexts()).toEqual([t('comments.mentioned', { name: 'Bob' })])
    dismissAll()
    send({ ...mention, resolved: { by: bob, at } })
    expect(noticeTexts()).toEqual([])
  })

  test('comes for a reply to the person, not for threads of others', async () => {
    await loaded(thread('mine', [comment(1, ada)]), thread('other', [comment(2)]))
    send(thread('other', [comment(2), comment(3)]))
    expect(noticeTexts()).toEqual([])
    send(thread('mine', [comment(1, ada), comment(4)]))
    expect(noticeTexts()).toEqual([t('comments.replied', { name: 'Bob' })])
  })

  test('does not come for own words, nor for deleted ones', async () => {
    await loaded(thread('mine', [comment(1, ada)]))
    send(thread('mine', [comment(1, ada), comment(2, ada, { mentions: [ada] })]))
    send(thread('mine', [comment(1, ada), comment(3, bob, { deleted: true, mentions: [ada] })]))
    expect(noticeTexts()).toEqual([])
  })

  test('closed, nothing is taken any more', async () => {
    await loaded()
    store.close()
    send(thread('t', [comment(1, bob, { mentions: [ada] })]))
    session.connected.set(false)
    session.connected.set(true)
    expect([noticeTexts(), ids(), asked.length]).toEqual([[], [], 1])
  })
})
