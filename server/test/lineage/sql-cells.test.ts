import { expect, test } from 'vitest'
import { asPython, asSql, isSqlCell, sqlHeader, sqlLine } from '../../contract/sql-cell.ts'
import { plainPython } from '../../src/lineage/plain-python.ts'
import { staticNames } from '../../src/lineage/static-names.ts'

test.each([
  ['%%sql\nselect 1', null, null],
  ['%%sql warehouse\nselect 1', 'warehouse', null],
  ['%%sql rows <<\nselect 1', null, 'rows'],
  ['%%sql warehouse rows = <<\nselect 1', 'warehouse', 'rows'],
  ['%%sql sqlite:///a.db rows <<\n', 'sqlite:///a.db', 'rows'],
])('the first line of %j is a header, and is written as it was read', (source, connection, result) => {
  const header = sqlHeader(source)
  expect(header).toEqual({ connection, result })
  if (header !== null) expect(sqlHeader(`${sqlLine(header)}\nx`)).toEqual(header)
})

test.each(['%%sql', '%%sql select 1\nfrom t', '%%sql --persist df\n', '%%sqlite\n', 'x\n%%sql\n'])(
  '%j has no header',
  (source) => expect(sqlHeader(source)).toBeNull(),
)

test('a header that could not be read back is refused', () => {
  expect(() => sqlLine({ connection: 'a b', result: null })).toThrow(RangeError)
  expect(() => sqlLine({ connection: null, result: 'a << b\nimport os' })).toThrow(RangeError)
})

test('a cell becomes SQL and Python again', () => {
  expect(asSql('select 1')).toBe('%%sql\nselect 1')
  expect(asSql('%%sql a\nselect 1')).toBe('%%sql a\nselect 1')
  expect(asPython('%%sql a\nselect 1')).toBe('select 1')
  expect(asPython('%%sql')).toBe('')
  expect(isSqlCell('%%sqlx')).toBe(false)
})

const names = (source: string) => {
  const { reads, writes } = staticNames(source)
  return [[...reads].sort().join(' '), [...writes].sort().join(' ')]
}

test.each([
  ['%%sql out <<\nselect a, b, c from df as d, other o where x > {{ low }}', 'df low other', 'out'],
  ["%%sql\nselect 'from x' -- from y\nfrom z join w using (k)", 'w z', ''],
  ['%%sql engine\ninsert into t select * from s', 'engine s t', 't'],
  ['%%sql\ncreate or replace table if not exists t as select 1', '', 't'],
  ['%%sql\nINSERT OVERWRITE TABLE p SELECT * FROM s', 's', 'p'],
  ['%%sql select * from df', 'df', ''],
])('the names of %j are read from its words', (source, reads, writes) => {
  expect(names(source)).toEqual([reads, writes])
})

test('hostile SQL is read in no time', () => {
  for (const text of [
    ' from a,'.repeat(20_000),
    '/*'.repeat(50_000),
    "'".repeat(99_999),
    'create '.repeat(20_000),
  ])
    names(`%%sql\n${text}`)
})

test('a script runs a SQL cell on DuckDB by its Python interface', () => {
  expect(plainPython('%%sql out <<\nselect a from df where a > {{low}}')).toBe(
    `out = __import__('duckdb').execute("select a from df where a > $low", {'low': low}).df()`,
  )
  expect(plainPython('%%sql warehouse\nselect 1')).toBe('# %%sql warehouse\n# select 1')
  expect(plainPython('%%sql\nselect {{a|identifier}}')).toMatch(/^# /)
})
