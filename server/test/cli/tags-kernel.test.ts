/** Tags that others give cells are respected. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { python, whySkipped } from '../session/house.ts'
import { start } from './program.ts'

const Line = z.object({ cellId: z.string(), outcome: z.string() })
const cell = (id: string, source: string, tags: readonly string[] = []) => ({
  cell_type: 'code',
  id,
  metadata: tags.length > 0 ? { tags } : {},
  source,
  outputs: [],
  execution_count: null,
})

describe.skipIf(python === null)(`tags of cells${whySkipped}`, () => {
  let root = ''
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'yesterday-'))
  })
  afterAll(() => rm(root, { recursive: true, maxRetries: 5 }))

  test('an expected error ends nothing, and what is to be skipped does not run', async () => {
    const cells = [
      cell('raises', '1 / 0', ['raises-exception']),
      cell('after', 'print("after")'),
      cell('skipped', 'print("no")', ['other', 'skip-execution']),
    ]
    const notebook = { cells, metadata: {}, nbformat: 4, nbformat_minor: 5 }
    await writeFile(join(root, 'a.ipynb'), JSON.stringify(notebook))
    const { code, out } = await start({ cwd: root, env: {} }, ['run', 'a.ipynb', '--json'])
    const lines = out.trim().split('\n')
    expect(lines.map((line) => Line.parse(JSON.parse(line)))).toEqual([
      { cellId: 'raises', outcome: 'error' },
      { cellId: 'after', outcome: 'ok' },
    ])
    expect(code).toBe(0)
  })
})
