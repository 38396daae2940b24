/** A project in which a name of ours is a FIFO or a link to an endless device: commands answer or refuse. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readEnvironment } from '../../src/setup/read-environment.ts'
import { ObjectFiles } from '../../src/store/object-files.ts'
import { openStore } from '../../src/store/open-store.ts'
import { DamagedPages } from '../../src/store/salvage/pages.ts'
import { surroundings } from '../../src/user/surroundings.ts'
import { workspaceOf } from '../../src/user/workspace.ts'
import { fill, newFolder, type Said, start } from './program.ts'

const kinds = ['FIFO', 'link'] as const
type Kind = (typeof kinds)[number]

let root = ''
beforeEach(async () => {
  root = await newFolder()
})
afterEach(() => rmSync(root, { recursive: true, maxRetries: 5 }))

function put(kind: Kind, name: string): string {
  const path = join(root, name)
  mkdirSync(dirname(path), { recursive: true })
  rmSync(path, { force: true })
  if (kind === 'FIFO') execFileSync('mkfifo', [path])
  else symlinkSync('/dev/zero', path)
  return path
}

const commands = (...all: readonly string[]): Promise<readonly Said[]> =>
  Promise.all(all.map((word) => start({ cwd: root, env: {}, limit: LIMIT }, [word])))

const LIMIT = 60_000

describe.skipIf(process.platform === 'win32').each(kinds)('a %s', (kind) => {
  test.each(['workspace.json', 'key'])('named .yesterday/%s stops no command', async (name) => {
    await fill(root)
    put(kind, `.yesterday/${name}`)
    for (const { code, err } of await commands('log', 'kernels')) {
      expect(code).not.toBeNull()
      if (code !== 0) expect(err).toMatch(/key is not a regular file|was not made on this machine/)
    }
  })

  test.each(['history.db', 'history.db-wal', 'history.db-shm'])(
    'named .yesterday/%s is refused, with the name and what to do',
    async (name) => {
      await fill(root)
      const path = put(kind, `.yesterday/${name}`)
      for (const { code, err } of await commands('log', 'kernels')) {
        expect(code).toBeGreaterThan(0)
        expect(err).toContain(`${path} belongs to the history, but is not a regular file`)
        expect(err).toContain('Stop the server')
      }
      expect(() => new DamagedPages(join(root, '.yesterday/history.db'))).toThrow('not a regular file')
    },
  )

  test('in a history that was made elsewhere is refused as well', async () => {
    put(kind, '.yesterday/workspace.json')
    const path = put(kind, '.yesterday/history.db')
    expect(workspaceOf(join(root, '.yesterday')).kind).toBe('foreign')
    for (const { code, err } of await commands('log')) {
      expect(code).toBeGreaterThan(0)
      expect(err).toContain(path)
    }
  })

  test('in a virtual environment says nothing of it', async () => {
    put(kind, '.venv/pyvenv.cfg')
    mkdirSync(join(root, '.venv/bin'))
    writeFileSync(join(root, '.venv/bin/python'), '#!/bin/sh\nexit 1\n', { mode: 0o755 })
    expect(await readEnvironment(join(root, '.venv'), surroundings())).toBeNull()
    for (const { code } of await commands('kernels')) expect(code).not.toBeNull()
  })

  test('in place of an object is refused', async () => {
    const store = await openStore({ root })
    const bytes = Buffer.alloc(200_000, 'a')
    const folder = join(root, '.yesterday/objects')
    const objects = new ObjectFiles(folder)
    const digest = await store.objects.put(bytes)
    await store.close()
    expect(await objects.get(digest)).toEqual(bytes)
    put(kind, join('.yesterday/objects', objects.pathOf(digest).slice(folder.length)))
    await expect(objects.get(digest)).rejects.toThrow('not a regular file')
  })
})
