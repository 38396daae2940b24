/** The file tree asks the server and shows what it answers. */
import { expect, test } from 'vitest'
import { makeApi } from '../src/api/api.ts'
import { makeFilesStore } from '../src/files/files-store.ts'

const answering = (...bodies: readonly unknown[]) => {
  const left = [...bodies]
  return makeApi(async () => new Response(JSON.stringify(left.shift() ?? [])))
}

test('a deletion that worked is a success, and the folder is read again', async () => {
  const files = makeFilesStore(answering({ trashed: 'a.ipynb', at: '2026-03-01T12:00:00.000Z' }, []))
  expect(await files.trash('a.ipynb')).toMatchObject({ ok: true, value: { trashed: 'a.ipynb' } })
  expect(files.snapshot().folders.get('')).toEqual({ at: 'known', entries: [] })
})

test('an answer without content is never taken for a success', async () => {
  const api = answering(null, null)
  expect(await api.trash('a.ipynb')).toMatchObject({ ok: false, problem: { code: 'unreadable' } })
  expect(await api.changeFiles({ type: 'newFolder', folder: '' })).toMatchObject({ ok: false })
})
