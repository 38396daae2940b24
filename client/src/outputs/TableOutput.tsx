/**
 * An output that holds a frame: as its HTML in the sandbox, or as a table that can be ordered and filtered. A setting
 * says which. The table has all rows of the value while the kernel holds it, else those that the output holds.
 */
import './table-output.css'
import { mayActAs } from '@yesterday/server/contract/route.ts'
import { type ReactNode, useContext, useEffect, useMemo, useState } from 'react'
import { NotebookContext } from '../access/context.ts'
import { changeSetting, useSetting } from '../settings/settings-store.ts'
import { heldTable } from '../tables/held-table.ts'
import { type HtmlTable, readHtmlTable } from '../tables/html-table.ts'
import { liveTable } from '../tables/live-table.ts'
import type { TableSource } from '../tables/source.ts'
import { t } from '../text/text.ts'
import { lazyPart } from '../ui/lazy-part.tsx'

const TableView = lazyPart(async () => (await import('../tables/TableView.tsx')).TableView)

export interface OutputTable {
  readonly html: string
  /** The cell, and the number of its result; null where the output is not a result. */
  readonly cell: string
  readonly count: number | null
  /** The output in the sandbox. */
  readonly frame: ReactNode
}

export function TableOutput({ html, cell, count, frame }: OutputTable) {
  const isGrid = useSetting('tables') === 'grid'
  const table = useMemo(() => readHtmlTable(html), [html])
  if (table === null) return frame
  const change = (): void => void changeSetting('person', 'tables', isGrid ? 'html' : 'grid')
  return (
    <div className="table-output">
      <button type="button" className="button button-small" aria-pressed={isGrid} onClick={change}>
        {t('outputs.asTable')}
      </button>
      {isGrid ? <Rows table={table} cell={cell} count={count} /> : frame}
    </div>
  )
}

function Rows({ table, cell, count }: { readonly table: HtmlTable } & Pick<OutputTable, 'cell' | 'count'>) {
  const held = useMemo(() => heldTable(table), [table])
  const live = useLive(cell, count)
  return (
    <>
      <p className="output-note">{t(live === null ? 'outputs.heldRows' : 'outputs.liveRows')}</p>
      <TableView key={live === null ? 'held' : 'live'} source={live ?? held} />
    </>
  )
}

/** The rows in the kernel; null while it does not hold the result. */
function useLive(cell: string, count: number | null): TableSource | null {
  const notebook = useContext(NotebookContext)
  const [live, setLive] = useState<TableSource | null>(null)
  const { values, opened } = notebook ?? {}
  useEffect(() => {
    if (values === undefined || opened === undefined || count === null) return
    let isOld = false
    const place = { name: `Out[${count}]`, path: [], fixed: [], cell }
    void values.head(place).then((answer) => {
      if (isOld || !answer.ok || answer.value.form !== 'table') return
      setLive(liveTable(values, place, answer.value, mayActAs(opened.role, 'runner')))
    })
    return () => {
      isOld = true
    }
  }, [values, opened, cell, count])
  return live
}
