/** Names that mislead the eye, or steer a terminal, are written out wherever the command line prints them. */
import { rm } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { printable, printableColoured } from '../../src/cli/text.ts'
import { openStore } from '../../src/store/open-store.ts'
import { edge, ended, queued, sessionStarted } from '../store/entries.ts'
import { newFolder, yesterday } from './program.ts'

/** Reads "invoice_ipynb.exe" on a screen that applies it. */
const NOTEBOOK = 'invoice_\u202eexe.ipynb'
const HOSTILE = /\p{Cc}|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u

let root: string
beforeAll(async () => {
  root = await newFolder()
  const store = await openStore({ root })
  await store.objects.put(Buffer.from('# run1'))
  await store.runs.append([
    sessionStarted('5e551011', { notebook: NOTEBOOK }),
    queued('run1', '5e551011', { notebook: NOTEBOOK, source: '# run1', title: 'x \u2066y' }),
    ended('run1', 1, { generated: [edge('out\u202etxt.\u001b[2Jcsv', { kind: 'file' })] }),
  ])
  await store.close()
})
afterAll(() => rm(root, { recursive: true, force: true, maxRetries: 5 }))

test.each([
  ['log'],
  ['show', 'run1'],
  ['why', 'run1'],
  ['fsck'],
  ['kernels'],
  ['log', NOTEBOOK],
  ['show', 'no\u202erun'],
  ['export', NOTEBOOK],
  ['backup', 'a\u202eb/.yesterday'],
])('yesterday %s', async (...words) => {
  const { out, err } = await yesterday(root, ...words)
  const lines = (out + err).split('\n')
  expect(lines.filter((line) => HOSTILE.test(line))).toEqual([])
})

test('the direction is written out, not left out', async () => {
  expect((await yesterday(root, 'log')).out).toContain('invoice_\\u{202e}exe.ipynb')
})

test('lines, tabs and joined emoji stay; colours stay where they are wanted', () => {
  expect(printable('a\n\tb 👩‍💻\r\u001b[31m')).toBe('a\n\tb 👩‍💻\\u{d}\\u{1b}[31m')
  expect(printableColoured('\u001b[0;31mred\u001b[0m \u001b[2J\u202e')).toBe(
    '\u001b[0;31mred\u001b[0m \\u{1b}[2J\\u{202e}',
  )
})
