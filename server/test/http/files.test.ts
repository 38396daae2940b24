/** Each file command over its route: the answer is what the contract says, and never `null`. */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { fileApi } from '../../contract/file-api.ts'
import { type FileCommand, FileEntry, TrashedFile } from '../../contract/http.ts'
import { Files } from '../../src/files/files.ts'
import { fileRoutes } from '../../src/http/routes/files.ts'
import { callRoute } from './call-route.ts'

const root = realpathSync(mkdtempSync(join(tmpdir(), 'yesterday-file-routes-')))
afterAll(() => rmSync(root, { recursive: true, maxRetries: 5 }))

const documents = {
  open: async (path: string) => ({
    ok: false as const,
    refusal: { code: 'none', status: 404, message: path },
  }),
  save: async () => undefined,
  moved: async () => undefined,
  removed: async () => undefined,
}
const routes = fileRoutes(root, new Files(root, documents))

async function send(body: FileCommand): Promise<unknown> {
  const reply = await callRoute(routes, fileApi.command, { body })
  return reply.kind === 'json' ? reply.body : reply
}

test('commands that leave an entry answer with it; a deletion answers what was moved to the trash', async () => {
  const made = FileEntry.parse(await send({ type: 'newNotebook', folder: '' }))
  const copied = FileEntry.parse(await send({ type: 'copy', from: made.path }))
  const moved = FileEntry.parse(await send({ type: 'move', from: copied.path, to: 'moved.ipynb' }))
  const folder = FileEntry.parse(await send({ type: 'newFolder', folder: '' }))
  for (const path of [made.path, moved.path, folder.path])
    expect(TrashedFile.parse(await send({ type: 'trash', path }))).toMatchObject({ trashed: path })
})
