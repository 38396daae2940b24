/** Colours of SQL, and SQL cells that are split and joined. */
import { expect, test } from 'vitest'
import { type SqlState, tokenizeSqlLine } from '../src/editor/sql-tokens.ts'
import { headOfSplit, joined } from '../src/notebook/sql/split-sql.ts'

function kinds(text: string): readonly string[] {
  let state: SqlState = ''
  return text.split('\n').map((line) => {
    const done = tokenizeSqlLine(line, state)
    state = done.state
    return done.tokens
      .map(({ start, kind }, at) => [line.slice(start, done.tokens[at + 1]?.start).trim(), kind] as const)
      .filter(([part, kind]) => part !== '' && kind !== 'text')
      .map(([part, kind]) => `${kind}:${part}`)
      .join(' ')
  })
}

test('keywords, functions, numbers, strings, comments and parameters are coloured', () => {
  expect(kinds("select sum(a), 'it''s' from t -- x\nwhere b >= {{ low }} and c is null")).toEqual([
    "keyword:select function:sum string:'it''s' keyword:from comment:-- x",
    'keyword:where operator:>= decorator:{{ low }} keyword:and keyword:is constant:null',
  ])
})

test('comments and strings go on over lines', () => {
  expect(kinds("/* a\nb */ select 'x\ny' z")).toEqual([
    'comment:/* a',
    "comment:b */ keyword:select string:'x",
    "string:y'",
  ])
})

test('hostile text is coloured in no time and whole', () => {
  for (const text of ["'".repeat(50_000), '/*'.repeat(50_000), '{{'.repeat(50_000), '🦆"'.repeat(20_000)])
    expect(kinds(text)).toHaveLength(1)
})

test('the lower half of a SQL cell is SQL on the same connection, without the variable', () => {
  expect(headOfSplit('%%sql shop rows <<\nselect 1')).toBe('%%sql shop\n')
  expect(headOfSplit('%%sql select 1')).toBe('%%sql\n')
  expect(headOfSplit('x = 1')).toBe('')
})

test('joined SQL cells are statements one after the other', () => {
  expect(joined('%%sql\nselect 1', '%%sql\nselect 2')).toBe(';\nselect 2')
  expect(joined('%%sql\nselect 1;', '%%sql\nselect 2')).toBe('\nselect 2')
  expect(joined('x', 'y')).toBe('\ny')
})
