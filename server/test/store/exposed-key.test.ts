/** A key that others may have signs nothing any more, and the program says why; any other key stays. */
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { openStore } from '../../src/store/open-store.ts'
import { storePaths } from '../../src/store/project-folder.ts'
import { Writer } from '../../src/store/writer.ts'
import { trustWorkspace } from '../../src/user/workspace.ts'
import { edge, ended, queued, sessionStarted } from './entries.ts'

const what = { run: 'r', name: 'x', value: { format: 'pickle5', digest: `sha256:${'a'.repeat(64)}` } }
let [base, root] = ['', '']
let said = vi.spyOn(process.stderr, 'write')
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'yesterday-key-'))
  root = join(base, 'project')
  vi.stubEnv('YESTERDAY_HOME', join(base, 'user'))
  said = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
})
afterEach(() => {
  said.mockRestore()
  vi.unstubAllEnvs()
  rmSync(base, { recursive: true, force: true, maxRetries: 5 })
})

/** Opens the store, and closes it. Returns what it signs. */
async function signature(): Promise<string> {
  const store = await openStore({ root })
  const made = store.key.sign(what)
  await store.close()
  return made
}
const key = () => readFileSync(join(root, '.yesterday', 'key'))
const announced = () => said.mock.calls.map(([text]) => String(text)).join('')

async function record(digest: string, name = join(root, '.yesterday', 'key')): Promise<void> {
  const writer = await Writer.open(storePaths(root), () => undefined)
  const used = [edge(name, { kind: 'file', digest })]
  const entries = [
    sessionStarted('s'),
    queued('aaaa1000000000000001', 's'),
    ended('aaaa1000000000000001', 1, { used }),
  ]
  await writer.request({ type: 'append', entries, blobs: [] })
  await writer.close()
}
const digestOfKey = () => `sha256:${createHash('sha256').update(key()).digest('hex')}`

test('a key that a run recorded is replaced once', async () => {
  const before = await signature()
  await record(digestOfKey())
  const after = await signature()
  expect(after).not.toBe(before)
  expect(announced()).toContain('key was replaced: the former one is in the record of a run')
  said.mockClear()
  expect(await signature(), 'the new one stays').toBe(after)
  expect(announced()).toBe('')
})

test('a key that no run recorded stays, whatever other files are called', async () => {
  const before = await signature()
  await record(`sha256:${'c'.repeat(64)}`)
  expect(await signature()).toBe(before)
  expect(announced()).toBe('')
})

test('the key of a folder from elsewhere is replaced when the folder is trusted', async () => {
  const before = await signature()
  vi.stubEnv('YESTERDAY_HOME', join(base, 'another'))
  trustWorkspace(join(root, '.yesterday'))
  expect(await signature()).not.toBe(before)
  expect(announced()).toContain('came with the folder from elsewhere')
  expect(existsSync(join(root, '.yesterday', 'key.foreign'))).toBe(false)
})
