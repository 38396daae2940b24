/** What a command is given and cannot take: one sentence that names it, what to do, and nothing is made. */
import { existsSync } from 'node:fs'
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fill, ids, newFolder, yesterday } from './program.ts'

let [root, empty] = ['', '']
beforeAll(async () => {
  ;[root, empty] = [await newFolder(), await newFolder()]
  await fill(root)
  await mkdir(join(empty, 'folder.ipynb'))
  await writeFile(join(empty, 'cut.ipynb'), '{"cells": [')
  await writeFile(join(empty, 'bytes.ipynb'), new Uint8Array([0xff, 0xfe, 0]))
  await writeFile(
    join(empty, 'whole.ipynb'),
    '{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}',
  )
})
afterAll(() => Promise.all([root, empty].map((folder) => rm(folder, { recursive: true, maxRetries: 5 }))))

test.each([
  ['missing.ipynb', 2, 'there is no notebook "missing.ipynb"'],
  ['folder.ipynb', 1, '"folder.ipynb" cannot be read'],
  [
    'cut.ipynb',
    1,
    '"cut.ipynb" is no notebook that can be run. This file is not JSON: unexpected text at line 1',
  ],
  [
    'bytes.ipynb',
    1,
    '"bytes.ipynb" is no notebook that can be run. This file is not UTF-8: invalid byte at offset 0',
  ],
])('run %s is refused, and no history is begun', async (notebook, exit, message) => {
  const { code, out, err } = await yesterday(empty, 'run', notebook)
  expect({ code, out }).toEqual({ code: exit, out: '' })
  expect(err).toContain(`yesterday: ${message}`)
  expect(err.trimEnd().split('\n')).toHaveLength(2)
  expect(await readdir(empty)).not.toContain('.yesterday')
})

test('a program gets the same as JSON', async () => {
  const { code, out } = await yesterday(empty, 'run', 'missing.ipynb', '--json')
  expect(code).toBe(2)
  expect(JSON.parse(out)).toMatchObject({ error: { code: 'no-notebook', hint: expect.any(String) } })
})

test('run makes no project folder that is not there', async () => {
  const nowhere = join(empty, 'nowhere')
  const { code, err } = await yesterday(empty, 'run', 'whole.ipynb', '--root', nowhere)
  expect(code).toBe(2)
  expect(err).toContain(`there is no folder ${nowhere}`)
  expect(existsSync(nowhere)).toBe(false)
})

test.each(['run whole.ipynb', 'replay whole.ipynb', 'check', `since ${ids.plot}`])(
  '%s takes no time that is none',
  async (words) => {
    for (const value of ['-3', '0', 'soon', '']) {
      const { code, err } = await yesterday(empty, ...words.split(' '), '--timeout', value)
      expect(code).toBe(1)
      expect(err).toContain(`argument '${value}' is invalid. A number of seconds is expected.`)
    }
  },
)

test('serve takes no port that is none', async () => {
  for (const value of ['http', '65536', '-1']) {
    const { code, err } = await yesterday(empty, 'serve', '--port', value)
    expect(code).toBe(1)
    expect(err).toContain('A port is a number from 0 to 65535.')
  }
})

test.each([
  ['slice', ids.plot, '--as', 'script'],
  ['export', ids.plot, '--format', 'html'],
])('%s says where it cannot write', async (...words) => {
  const file = join(root, 'nowhere', 'out')
  const { code, out, err } = await yesterday(root, ...words, '-o', file)
  expect({ code, out }).toEqual({ code: 1, out: '' })
  expect(err).toContain(`"${file}" was not written`)
  expect(err.trimEnd().split('\n')).toHaveLength(2)
})
