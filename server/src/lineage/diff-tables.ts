/** pure. Two tables by the keys of their rows and columns, then cell by cell. */
import type { OutputDifference } from '../../contract/past.ts'

export interface Table {
  readonly columns: readonly string[]
  readonly rows: readonly { readonly key: string; readonly cells: readonly string[] }[]
}

type TableDifference = Omit<Extract<OutputDifference, { kind: 'table' }>, 'kind' | 'index'>

/** So many cells are listed; the rest is counted. */
const MOST_CELLS = 1000

export function diffTables(a: Table, b: Table): TableDifference {
  const [left, right] = [byKeys(a), byKeys(b)]
  const cells: TableDifference['cells'] = []
  let different = 0
  for (const [row, before] of left.rows) {
    const after = right.rows.get(row)
    if (after === undefined) continue
    for (const column of left.columns.filter((name) => right.columns.includes(name))) {
      const [was, is] = [before.get(column) ?? '', after.get(column) ?? '']
      if (was === is) continue
      different++
      if (cells.length < MOST_CELLS) cells.push({ row, column, a: was, b: is })
    }
  }
  return {
    rows: onlyIn([...left.rows.keys()], [...right.rows.keys()]),
    columns: onlyIn(left.columns, right.columns),
    cells,
    rest: different - cells.length,
  }
}

function onlyIn(a: readonly string[], b: readonly string[]) {
  const [left, right] = [new Set(a), new Set(b)]
  return { onlyA: a.filter((one) => !right.has(one)), onlyB: b.filter((one) => !left.has(one)) }
}

/** Duplicate keys are numbered, so that no row is lost. */
function byKeys({ columns, rows }: Table) {
  const names = unique(columns)
  const keys = unique(rows.map(({ key }) => key))
  return {
    columns: names,
    rows: new Map(
      rows.map(({ cells }, row) => [
        keys[row] ?? '',
        new Map(names.map((name, column) => [name, cells[column] ?? ''])),
      ]),
    ),
  }
}

function unique(names: readonly string[]): readonly string[] {
  const seen = new Map<string, number>()
  return names.map((name) => {
    const count = (seen.get(name) ?? 0) + 1
    seen.set(name, count)
    return count === 1 ? name : `${name} #${count}`
  })
}
