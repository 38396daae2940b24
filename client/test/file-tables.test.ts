// @vitest-environment happy-dom
/** Files of rows as tables: delimited text of all sorts, and Parquet as pyarrow writes it. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { viewerOf } from '../src/file/viewers.ts'
import { readCsv } from '../src/tables/csv.ts'
import { heldTable } from '../src/tables/held-table.ts'
import { parquetTable } from '../src/tables/parquet.ts'

test.each([
  ['commas', 'a,b\n1,x\n2,y\n'],
  ['tabs, no last line end', 'a\tb\n1\tx\n2\ty'],
  ['semicolons and Windows line ends', 'a;b\r\n1;x\r\n2;y\r\n'],
  ['bars, an empty line', 'a|b\n1|x\n\n2|y\n'],
])('%s', (_, text) => {
  const table = readCsv(text)
  expect(table?.columns.map(({ name, kind }) => [name, kind])).toEqual([
    ['a', 'number'],
    ['b', 'text'],
  ])
  expect(table?.cells).toEqual([
    ['1', '2'],
    ['x', 'y'],
  ])
})

test('quotes keep delimiters, line ends and quotes; short rows miss cells', () => {
  const table = readCsv('a,b,c\n"1,5","say ""hi""","two\nlines"\n007\n')
  expect(table?.cells).toEqual([
    ['1,5', '007'],
    ['say "hi"', null],
    ['two\nlines', null],
  ])
  expect(table?.columns[0]?.kind).toBe('text')
})

test.each([
  ['wells of a plate', ['E5', 'E10', 'E11'], 'text'],
  ['numbers with an exponent', ['1e5', '-2.5E-3', '.5e2'], 'number'],
  ['names of digits', ['007', '1'], 'text'],
  ['signs and fractions', ['+1', '-0', '0.5', '.5'], 'number'],
  ['numbers with spaces around them', [' 1 ', '2'], 'number'],
  ['a number that is unfinished', ['1.', '2'], 'text'],
  ['a sign alone', ['-', '1'], 'text'],
  ['hexadecimal', ['0x10'], 'text'],
  ['nothing', ['NA', 'NaN'], 'text'],
])('%s: %j are %s', (_, cells, kind) => {
  const table = readCsv(['name,n', ...cells.map((cell) => `x,${cell}`)].join('\n'))
  expect(table?.columns[1]?.kind).toBe(kind)
  if (kind === 'number')
    for (const cell of table?.cells[1] ?? []) expect(Number.isFinite(Number(cell))).toBe(true)
})

test('text without a row is no table, and a quote without its partner takes the rest', () => {
  expect(readCsv('')).toBeNull()
  expect(readCsv('a,b\n"1,2\n3,4')?.cells).toEqual([['1,2\n3,4'], [null]])
})

test('every cell comes back as it was written', () => {
  const cell = fc.string().filter((text) => !['', 'NA', 'NaN', 'nan', 'null', 'NULL'].includes(text))
  const rows = fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 20 })
  fc.assert(
    fc.property(rows, (cells) => {
      const written = [['a', 'b'], ...cells].map((row) =>
        row.map((one) => `"${one.replaceAll('"', '""')}"`).join(','),
      )
      expect(readCsv(written.join('\n'))?.cells).toEqual([
        cells.map(([first]) => first),
        cells.map(([, second]) => second),
      ])
    }),
  )
})

test('a column of 200,000 numbers is summarized', async () => {
  const table = readCsv(`n\n${[...Array(200_000).keys()].join('\n')}`)
  const answer = table && (await heldTable(table).summaries([0], []))
  expect(answer?.ok && answer.value[0]).toMatchObject({ least: '0', greatest: '199999', count: 200_000 })
})

test.each(['snappy', 'zstd', 'gzip'])(
  'Parquet by %s: names, types, missing and nested values',
  async (codec) => {
    const bytes = await readFile(join(import.meta.dirname, 'samples', `rows-${codec}.parquet`))
    const source = await parquetTable(new Blob([bytes]))
    expect(source.columns.map(({ name, kind }) => [name, kind])).toEqual([
      ['id', 'number'],
      ['name', 'text'],
      ['at', 'time'],
      ['tags', 'other'],
    ])
    const page = await source.page({ start: 0, count: 10, columns: [0, 1, 2, 3], sorts: [], filters: [] })
    expect(page.ok && page.value.cells).toEqual([
      ['1', '2', '3'],
      ['ann', null, 'zoë'],
      Array(3).fill('2026-01-02T03:04:05Z'),
      ['["a","b"]', '[]', null],
    ])
  },
)

test('bytes that are no Parquet are refused with a reason', async () => {
  await expect(parquetTable(new Blob(['not parquet at all']))).rejects.toThrow(/parquet/i)
})

test('files are viewed by their names, up to a size', () => {
  expect(viewerOf('data/births.CSV', 10)?.isText).toBe(true)
  expect(viewerOf('report.pdf', 10)?.isText).toBe(false)
  expect(viewerOf('huge.csv', 10 ** 9)).toBeNull()
  expect(viewerOf('train.py', 10)).toBeNull()
})
