/** The file tree asks the server: what is read again after changes, answers out of order, and failures. */
import type { FileEntry } from '@yesterday/server/contract/http.ts'
import { describe, expect, test, vi } from 'vitest'
import type { Answer } from '../src/api/api.ts'
import { makeFilesStore } from '../src/files/files-store.ts'

const entry = (path: string, type: FileEntry['type'] = 'file'): FileEntry => ({
  name: path.split('/').at(-1) ?? path,
  path,
  type,
  size: 1,
  modified: '2026-01-01T00:00:00.000Z',
  writable: true,
})
const failed = { ok: false, problem: { status: 500, code: 'x', message: 'It failed.', hint: null } } as const
const ok = <Value>(value: Value) => ({ ok: true, value }) as const

type Listing = Answer<FileEntry[]>

/** A server whose folders answer when the test says so. */
function server() {
  const asked: { readonly folder: string; readonly answer: (listing: Listing) => void }[] = []
  const calls = {
    listFolder: (folder: string) => {
      const { promise, resolve } = Promise.withResolvers<Listing>()
      asked.push({ folder, answer: resolve })
      return promise
    },
    changeFiles: vi.fn(async () => ok(entry('made'))),
    trash: vi.fn(async () => ok({ trashed: 'x', at: '2026-01-01T00:00:00.000Z' })),
    upload: vi.fn(async () => ok(entry('made'))),
  }
  const files = makeFilesStore(calls as never)
  const answerAll = async (listing: Listing = ok([])): Promise<void> => {
    await Promise.resolve()
    await Promise.resolve()
    for (const one of asked.splice(0)) one.answer(listing)
  }
  const names = (folder = ''): unknown => {
    const state = files.snapshot().folders.get(folder)
    return state?.at === 'known' ? state.entries.map(({ name }) => name) : state?.at
  }
  return { files, asked, calls, answerAll, names }
}

describe('reading a folder', () => {
  test('it is loading, then known', async () => {
    const { files, asked, names } = server()
    const loading = files.load('')
    expect(names()).toBe('loading')
    asked[0]?.answer(ok([entry('a')]))
    await loading
    expect(names()).toEqual(['a'])
  })

  test('what is known stays in sight while it is read again', async () => {
    const { files, asked, names } = server()
    const first = files.load('')
    asked[0]?.answer(ok([entry('a')]))
    await first
    const second = files.load('')
    expect(names()).toEqual(['a'])
    asked[1]?.answer(failed)
    await second
    expect(names()).toBe('failed')
  })

  test('an older answer that comes late does not replace a newer one', async () => {
    const { files, asked, names } = server()
    const both = [files.load(''), files.load('')]
    asked[1]?.answer(ok([entry('new')]))
    asked[0]?.answer(ok([entry('old')]))
    await Promise.all(both)
    expect(names()).toEqual(['new'])
  })

  test('listeners hear of each state once', async () => {
    const { files, asked } = server()
    const heard = vi.fn()
    const stop = files.subscribe(heard)
    const loading = files.load('')
    asked[0]?.answer(ok([]))
    await loading
    expect(heard).toHaveBeenCalledTimes(2)
    stop()
    files.close('x')
    expect(heard).toHaveBeenCalledTimes(2)
  })
})

describe('folders', () => {
  test('the folders above a path are opened, those that are open are not read again', async () => {
    const { files, asked } = server()
    const answer = vi.spyOn(asked, 'push')
    answer.mockImplementation((...all) => {
      for (const one of all) one.answer(ok([]))
      return 0
    })
    await files.open('a')
    await files.reveal('a/b/c.txt')
    expect(answer.mock.calls.map(([one]) => one?.folder)).toEqual(['a', 'a/b'])
    expect([...files.snapshot().open]).toEqual(['a', 'a/b'])
    files.close('a')
    expect([...files.snapshot().open]).toEqual(['a/b'])
  })

  test('refreshing reads the project and the folders that are open', async () => {
    const { files, asked, answerAll } = server()
    for (const folder of ['', 'a', 'b']) void (folder === '' ? files.load(folder) : files.open(folder))
    await answerAll()
    files.close('b')
    const all = files.refresh()
    expect(asked.map(({ folder }) => folder)).toEqual(['', 'a'])
    await answerAll()
    await all
  })
})

describe('after a change', () => {
  const folders = (asked: readonly { readonly folder: string }[]) => asked.map(({ folder }) => folder)

  test.each([
    ['a move', ['a', 'b'], (files) => files.move('a/x', 'b/x')],
    ['a rename', ['a'], (files) => files.move('a/x', 'a/y')],
    ['a copy', ['a'], (files) => files.duplicate('a/x')],
    ['the trash', [''], (files) => files.trash('x')],
    ['an upload', ['a'], (files) => files.upload('a', 'a/x', new Blob(), false)],
    ['a new folder', ['a'], (files) => files.make('newFolder', 'a')],
  ] as const satisfies readonly (readonly [
    string,
    readonly string[],
    (files: ReturnType<typeof makeFilesStore>) => Promise<unknown>,
  ])[])('%s: the folders that it concerns are read again before it is over', async (_, concerned, act) => {
    const { files, asked, answerAll } = server()
    const over = vi.fn()
    const acted = act(files).then(over)
    await vi.waitFor(() => expect(folders(asked)).toEqual(concerned))
    expect(over).not.toHaveBeenCalled()
    await answerAll()
    await acted
  })

  test('one that was refused answers why, and the tree shows what is on disk', async () => {
    const { files, asked, calls, answerAll, names } = server()
    calls.changeFiles.mockResolvedValueOnce(failed as never)
    const acted = files.move('a/x', 'a/y')
    await vi.waitFor(() => expect(asked).toHaveLength(1))
    await answerAll(ok([entry('a/x')]))
    expect(await acted).toEqual(failed)
    expect(names('a')).toEqual(['x'])
  })
})
