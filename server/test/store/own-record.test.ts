/**
 * What a run recorded of the history itself is in no answer and in no export: the key, the database, its WAL, objects. So it
 * is wherever the project lies: reached by a link, or below another folder with the name of a history.
 */
import { mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { unzipSync } from 'fflate'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { list } from '../../src/files/listing.ts'
import { changeSince } from '../../src/replay/folder-now.ts'
import { openStore, openStoreToRead } from '../../src/store/open-store.ts'
import { isOwnPath } from '../../src/store/own-record.ts'
import { yesterday } from '../cli/program.ts'
import { at, edge, ended, queued, sessionStarted } from './entries.ts'

const RUN = 'aaaa1000000000000001'
const NEXT = 'aaaa1000000000000002'

test.each([
  ['data.csv', false],
  ['.yesterday', true],
  ['.yesterday/key', true],
  ['sub/.yesterday/objects/ab/cd', true],
  ['/home/ada/project/.yesterday/history.db-wal', true],
  ['C:\\project\\.yesterday\\key', true],
  ['.yesterday.csv', false],
  ['a.yesterday/key', false],
  ['/home/ada/project/.yesterday/scratch/r1/project/data.csv', false],
  ['/home/ada/project/.yesterday/scratch/r1/project/.yesterday/key', true],
])('%s is of the history: %s', (name, isOwn) => {
  expect(isOwnPath(name)).toBe(isOwn)
})

/** A project whose runs recorded the history, as old versions did; `root` is how a person names it. */
async function makeProject(folder: string, root: string): Promise<{ readonly secrets: readonly string[] }> {
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'data.csv'), 'a,b\n1,2\n')
  const store = await openStore({ root })
  const own = join(await realpath(folder), '.yesterday')
  // The key is made when something is signed.
  store.key.sign({ run: RUN, name: 'x', value: { format: 'pickle5', digest: `sha256:${'a'.repeat(64)}` } })
  const key = await readFile(join(own, 'key'))
  const digest = await store.objects.put(key)
  const value = { format: 'bytes', digest, size: key.length, signature: null }
  const ownEdges = ['key', 'history.db', 'history.db-wal', 'objects/ab/cdef'].flatMap((name) =>
    [`.yesterday/${name}`, join(own, name)].map((path) => edge(path, { kind: 'file', digest, value })),
  )
  const bytes = await store.objects.put(Buffer.from('a,b\n1,2\n'))
  const data = edge('data.csv', { kind: 'file', digest: bytes, value: { ...value, digest: bytes, size: 8 } })
  // A notebook of a subfolder names it in full.
  const parent = edge(join(await realpath(folder), 'parent.csv'), { kind: 'file', digest: bytes })
  const made = [edge('table'), ...ownEdges]
  await store.objects.put(Buffer.from(`# ${RUN}`))
  await store.objects.put(Buffer.from(`# ${NEXT}`))
  await store.runs.append([
    sessionStarted('5e551011'),
    queued(RUN, '5e551011'),
    ended(RUN, 1, {
      used: [data, parent, edge('.yesterday', { kind: 'directory' }), ...ownEdges],
      generated: made,
    }),
    queued(NEXT, '5e551011', { cell: 2, cellId: 'two' }),
    ended(NEXT, 2, { used: [...ownEdges, edge('table', { by: RUN })], at: at(9) }),
  ])
  await store.close()
  return { secrets: [key.toString('latin1'), key.toString('hex'), digest, digest.slice(7)] }
}

describe.each(['by its own name', 'by a link', 'below another .yesterday'])('a project %s', (place) => {
  let base = ''
  let root = ''
  let secrets: readonly string[] = []
  beforeAll(async () => {
    base = await realpath(await mkdtemp(join(tmpdir(), 'yesterday-own-')))
    const above = place === 'below another .yesterday' ? ['.yesterday', 'team'] : []
    const folder = join(base, ...above, 'project')
    root = folder
    if (place === 'by a link') {
      await mkdir(folder)
      root = join(base, 'link')
      await symlink(folder, root)
    }
    ;({ secrets } = await makeProject(folder, root))
  })
  afterAll(() => rm(base, { recursive: true, force: true, maxRetries: 5 }))

  /** Neither the history's files nor what is in them. */
  const expectClean = (text: string, what: string): void => {
    for (const secret of secrets) expect(text.includes(secret), `${what}: ${secret}`).toBe(false)
    const rest = text.replaceAll('.yesterday/team', '')
    expect(rest.match(/.{0,60}\.yesterday.{0,60}/)?.[0] ?? null, what).toBeNull()
  }

  test('receipts and links have the user’s files alone', async () => {
    const store = openStoreToRead({ root })
    const [receipt, links] = [await store.index.receipt(RUN), await store.index.links(RUN)]
    const versions = await store.index.history({ name: '.yesterday/key', kind: 'file' })
    await store.close()
    expect(versions.versions).toEqual([])
    for (const found of [receipt, links]) {
      const names = found?.used.map(({ name }) => name.replace(/^.*\//, ''))
      expect(names).toEqual(['data.csv', 'parent.csv'])
      expect(found?.generated.map(({ name }) => name)).toEqual(['table'])
    }
  })

  test('neither listings nor folders that a run read have the history', async () => {
    const folder = await realpath(root)
    const listed = await list(folder, '')
    expect(listed.ok && listed.entries.map(({ name }) => name)).toEqual(['data.csv'])
    expect((await list(folder, '.yesterday')).ok).toBe(false)
    const manifest = { listings: [{ folder: '', patterns: [] }], members: [{ name: 'data.csv', read: null }] }
    expect(await changeSince(folder, manifest, new Set())).toMatchObject({
      changed: [],
      added: [],
      removed: [],
    })
  })

  test('no export and no command has the history', async () => {
    const words = [
      ...['openlineage', 'prov', 'html'].map((format) => ['export', 'book.ipynb', '--format', format]),
      ['export', RUN, '--format', 'html'],
      ['why', RUN],
      ['why', RUN, '--json'],
      ['slice', NEXT, '--json'],
      ['slice', NEXT, '--as', 'script'],
      ['diff', RUN, NEXT, '--json'],
      ['log', '--json'],
      ['status', '--json'],
    ]
    // Each command starts the program: all of them where names differ most.
    for (const asked of place === 'below another .yesterday'
      ? words
      : words.filter(([word]) => word === 'log')) {
      const { code, out, err } = await yesterday(root, ...asked, '--root', root)
      expect({ asked, err, isRefused: code === 2 }).toEqual({ asked, err: '', isRefused: false })
      expectClean(out, asked.join(' '))
      if (/openlineage|prov|why/.test(asked.join(' '))) expect(out, asked.join(' ')).toContain('data.csv')
    }
    const crate = join(base, 'crate.zip')
    expect(
      (await yesterday(root, 'export', 'book.ipynb', '--format', 'ro-crate', '-o', crate, '--root', root))
        .err,
    ).toBe('')
    const files = Object.entries(unzipSync(await readFile(crate)))
    expect(files.map(([name]) => name)).toContain('ro-crate-metadata.json')
    for (const [name, bytes] of files) expectClean(`${name}\n${Buffer.from(bytes).toString('latin1')}`, name)
  })
})
