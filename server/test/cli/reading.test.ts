/** The commands that read the past, started as a person starts them, on a real store. */
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Receipt, RunSummary } from '../../contract/run.ts'
import { LogEntry } from '../../src/store/log-entry.ts'
import { openStoreToRead } from '../../src/store/open-store.ts'
import { fill, ids, newFolder, plotSource, yesterday } from './program.ts'

let root = ''
beforeAll(async () => {
  root = await newFolder()
  await fill(root)
  await mkdir(join(root, 'deep'))
  await writeFile(join(root, 'deep/other.ipynb'), '{}')
})
afterAll(() => rm(root, { recursive: true, maxRetries: 5 }))

const json = (out: string): unknown[] =>
  out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))

const summaries = async (...words: readonly string[]) => {
  const { code, out, err } = await yesterday(root, 'log', '--json', ...words)
  expect({ code, err }).toEqual({ code: 0, err: '' })
  return json(out).map((line) => RunSummary.parse(line).run)
}

describe('log', () => {
  test('lists the ended runs, newest first, one object on each line', async () => {
    expect(await summaries()).toEqual([ids.reader, ids.plot, ids.idle, ids.clean, ids.load])
  })

  test('lists at most so many', async () => {
    expect(await summaries('-n', '2')).toEqual([ids.reader, ids.plot])
    expect(await summaries('-n', '0')).toEqual([])
  })

  test('finds the project above a notebook, and lists the runs of that notebook alone', async () => {
    expect(await summaries('deep/other.ipynb')).toEqual([ids.reader])
    const { out } = await yesterday(join(root, 'deep'), 'log', '--json', 'other.ipynb')
    expect(json(out).map((line) => RunSummary.parse(line).run)).toEqual([ids.reader])
  })

  test('shows a person a line for each, and nothing recorded steers the terminal', async () => {
    const { out } = await yesterday(root, 'log')
    const lines = out.trimEnd().split('\n')
    expect(lines).toHaveLength(5)
    expect(lines[1]).toMatch(
      /^cccc0000 {2}\S+ \S+ {2}Done {4}1 s {2}book\.ipynb {8}\[5\] {2}plot\( \[31mtable\)$/,
    )
    expect(out).not.toContain('\u001b')
  })

  test('goes on past a page', async () => {
    const folder = await newFolder()
    await fillMany(folder, 230)
    const { out } = await yesterday(folder, 'log', '--json')
    expect(json(out)).toHaveLength(230)
    const limited = await yesterday(folder, 'log', '--json', '-n', '150')
    expect(json(limited.out)).toEqual(json(out).slice(0, 150))
    await rm(folder, { recursive: true, maxRetries: 5 })
  })

  test('says that nothing was recorded, and what to do', async () => {
    const folder = await newFolder()
    const said = await yesterday(folder, 'log')
    expect(said).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringMatching(/^yesterday: .+\n.+--root.*\n$/),
    })
    const machine = await yesterday(folder, 'log', '--json')
    expect(machine).toMatchObject({ code: 1, err: '' })
    expect(json(machine.out)).toEqual([
      { error: { code: 'no-store', message: expect.any(String), hint: expect.any(String) } },
    ])
    await rm(folder, { recursive: true, maxRetries: 5 })
  })

  test('refuses a notebook that neither is there nor was run', async () => {
    expect(await yesterday(root, 'log', 'bok.ipynb')).toMatchObject({ code: 2, out: '' })
    expect(await yesterday(root, 'log', 'book.ipynb')).toMatchObject({ code: 0 })
  })

  test('refuses a count that is none', async () => {
    expect(await yesterday(root, 'log', '-n', 'many')).toMatchObject({ code: 1, out: '' })
  })
})

describe('show', () => {
  test('prints the receipt as it is kept', async () => {
    const { code, out } = await yesterday(root, 'show', 'cccc', '--json')
    expect(code).toBe(0)
    const store = openStoreToRead({ root })
    expect(json(out)).toEqual([await store.index.receipt(ids.plot)])
    await store.close()
    expect(Receipt.parse(json(out)[0])).toMatchObject({
      used: [{ kind: 'variable', name: 'table', version: 'table@1', digest: null, edge: 'maybe' }],
      generated: [{ kind: 'file', name: 'figure.png', digest: 'xxh3:figure', edge: 'observed' }],
      outputs: [{ mime: 'text/plain', digest: expect.stringMatching(/^sha256:/) }],
      source: plotSource,
    })
  })

  test('prints the same in words for a person', async () => {
    const { out } = await yesterday(root, 'show', ids.plot)
    for (const words of [
      `Run ${ids.plot}`,
      'book.ipynb, cell 5',
      'Asked for by Ada (user:ada), run 4 of session 5e551011',
      '  save("figure.png")',
      '    table, DataFrame, 3 × 4, made by run aaaa1000, perhaps: opaque, content not captured',
      '    figure.png, 4 KB',
      'Peak memory: 2 MB',
      'socket: a native reader',
    ])
      expect(out).toContain(words)
  })

  test('names the error of a run that failed', async () => {
    expect((await yesterday(root, 'show', ids.idle)).out).toContain("Failed (KeyError: 'x')")
  })

  test('answers an ambiguous prefix with the candidates', async () => {
    const { code, out, err } = await yesterday(root, 'show', 'aaaa1')
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toContain(`${ids.load}, ${ids.clean}`)
  })

  test('refuses what is no run, too short, or has not ended', async () => {
    const refused = async (run: string) => {
      const { code, out } = await yesterday(root, 'show', run, '--json')
      return { code, error: json(out)[0] }
    }
    expect(await refused('ffff')).toMatchObject({ code: 2, error: { error: { code: 'no-run' } } })
    expect(await refused('ccc')).toMatchObject({ code: 2, error: { error: { code: 'no-run' } } })
    expect(await refused('eeee')).toMatchObject({ code: 1, error: { error: { code: 'not-ended' } } })
  })
})

describe('slice', () => {
  const slice = async (asked: string) => {
    const { code, out, err } = await yesterday(root, 'slice', asked, '--json')
    expect({ code, err }).toEqual({ code: 0, err: '' })
    return json(out)
  }
  const load = { run: ids.load, cell: 1, cellId: `cell-${ids.load}` }
  const clean = { run: ids.clean, cell: 2, cellId: `cell-${ids.clean}` }
  const plot = { run: ids.plot, cell: 5, cellId: `cell-${ids.plot}` }

  test('lists exactly the runs that made it, the asked one last', async () => {
    expect(await slice('cccc')).toEqual([{ runs: [load, clean, plot] }])
  })

  test('goes through a file into another session', async () => {
    expect(await slice('dddd')).toEqual([
      { runs: [load, clean, plot, { run: ids.reader, cell: null, cellId: null }] },
    ])
  })

  test('of a name that the run only used is that of its maker', async () => {
    expect(await slice('cccc:table')).toEqual([{ runs: [load, clean] }])
    expect(await slice(`dddd:${join(root, 'figure.png')}`)).toEqual([{ runs: [load, clean, plot] }])
    expect(await slice('cccc:figure.png')).toEqual([{ runs: [load, clean, plot] }])
  })

  test('refuses other names with those that there are', async () => {
    const { code, err } = await yesterday(root, 'slice', 'cccc:tabel')
    expect(code).toBe(2)
    expect(err).toContain('figure.png, table')
    const outside = await yesterday(root, 'slice', `${ids.load}:given`, '--json')
    expect(outside.code).toBe(2)
    expect(json(outside.out)).toMatchObject([{ error: { code: 'not-made' } }])
  })

  test('shows a person a line for each', async () => {
    const { out } = await yesterday(root, 'slice', 'cccc')
    expect(
      out
        .trimEnd()
        .split('\n')
        .map((line) => line.slice(0, 8)),
    ).toEqual(['aaaa1000', 'aaaa1000', 'cccc0000'])
  })
})

test('--root names the project from anywhere', async () => {
  const elsewhere = await newFolder()
  expect(await yesterday(elsewhere, 'show', 'cccc', '--root', root)).toMatchObject({ code: 0 })
  await rm(elsewhere, { recursive: true, maxRetries: 5 })
})

async function fillMany(folder: string, count: number): Promise<void> {
  const { openStore } = await import('../../src/store/open-store.ts')
  const { ended, queued } = await import('../store/entries.ts')
  const store = await openStore({ root: folder })
  const entries = Array.from({ length: count }, (_, place) => [
    queued(`run${place}`, 's'),
    ended(`run${place}`, place + 1),
  ])
  await store.runs.append(entries.flat().map((entry) => LogEntry.parse(entry)))
  await store.close()
}
