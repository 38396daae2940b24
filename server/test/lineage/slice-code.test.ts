/** Slices as code, run by a real Python where there is one. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { plainPython } from '../../src/lineage/plain-python.ts'
import { sliceNotebook, sliceScript } from '../../src/lineage/slice-code.ts'
import { assembleReceipt } from '../../src/store/receipt.ts'
import { python, whySkipped } from '../session/house.ts'
import { ended, queued } from '../store/entries.ts'

function side(order: number, source: string, more: Parameters<typeof ended>[2] = {}) {
  const run = `run${order}`
  const entry = queued(run, 's', { cellId: 'c', cell: order })
  const receipt = assembleReceipt(entry, ended(run, order, more), source)
  const { session, notebook, cell, cellId, title, outcome } = receipt
  return {
    name: { run, session, notebook, order, cell, cellId, title, outcome, ended: receipt.ended },
    receipt,
  }
}
const failed: Parameters<typeof ended>[2] = {
  outcome: 'error',
  error: { ename: 'KeyError', evalue: '1', traceback: [] },
}

function run(script: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'yesterday-slice-'))
  try {
    const { stdout, stderr, status } = spawnSync(python ?? '', ['-'], {
      cwd: folder,
      input: script,
      encoding: 'utf8',
    })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    return stdout
  } finally {
    rmSync(folder, { recursive: true })
  }
}

describe.skipIf(python === null)(`a script of a slice${whySkipped}`, () => {
  test('runs with its magics, shell lines and failed cells', () => {
    const script = sliceScript([
      side(1, '%matplotlib inline\nx = 1\ntext = """\n!not a shell line\n"""'),
      side(2, '%%time\nx += 1'),
      side(3, '%%writefile note.txt\na "quoted" line\\n'),
      side(4, 'lines = !cat note.txt\n%env FLAG=yes it is'),
      side(5, 'y = "ü 😀"\n{}[1]', failed),
      side(6, 'import os\nprint(x, lines, os.environ["FLAG"], text.strip(), y)'),
    ])
    expect(run(script)).toBe(`KeyError(1)\n2 ['a "quoted" line\\\\n'] yes it is !not a shell line ü 😀\n`)
  })

  test('of a cell in another language is left out as a comment', () => {
    expect(run(`${plainPython('%%html\n<b>bold</b>')}\nprint(1)`)).toBe('1\n')
  })
})

test('source without such lines stays as it is', () => {
  const source = 'a = 5 % 3\nb = not a != 2\nprint(f"{a!r}")\n\nc = a\\\n% b'
  expect(plainPython(source)).toBe(source)
})

const Notebook = z.object({
  nbformat: z.literal(4),
  cells: z.array(
    z.object({
      id: z.string(),
      source: z.array(z.string()),
      metadata: z.object({ tags: z.array(z.string()).optional() }),
    }),
  ),
})

test('a notebook of a slice has each run once, by ids of their own, and lets failed cells fail again', () => {
  const notebook = Notebook.parse(JSON.parse(sliceNotebook([side(1, 'x = 1\ny = 2'), side(2, 'x', failed)])))
  expect(notebook.cells).toMatchObject([
    { id: 'c', source: ['x = 1\n', 'y = 2'] },
    { id: 'c-2', source: ['x'], metadata: { tags: ['raises-exception'] } },
  ])
})
