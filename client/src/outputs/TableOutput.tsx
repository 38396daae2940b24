/**
 * An output that holds a frame: as a table that can be ordered and filtered, or as its HTML in the sandbox. A setting
 * says which. The table has the rows of the output if those are all, else those of the value while the kernel holds it.
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

interface Place {
  /** The cell, and the number of its result; null where the output is not a result. */
  readonly cell: string
  readonly count: number | null
}

export interface OutputTable extends Place {
  readonly html: string
  /** The output in the sandbox. */
  readonly frame: ReactNode
}

export function TableOutput({ html, cell, count, frame }: OutputTable) {
  const isGrid = useSetting('tables') === 'grid'
  const table = useMemo(() => readHtmlTable(html), [html])
  if (table === null) return frame
  const change = (): void => void changeSetting('person', 'tables', isGrid ? 'html' : 'grid')
  const verb = (
    <button type="button" className="button button-small" onClick={change}>
      {t(isGrid ? 'outputs.asHtml' : 'outputs.asTable')}
    </button>
  )
  return (
    <div className="table-output">
      {!isGrid && verb}
      {!isGrid ? frame : <FrameRows table={table} cell={cell} count={count} verb={verb} />}
    </div>
  )
}

function FrameRows({
  table,
  verb,
  ...place
}: Place & { readonly table: HtmlTable; readonly verb: ReactNode }) {
  const held = useMemo(() => heldTable(table), [table])
  const [isWanted, setWanted] = useState(!table.isQuery)
  const live = useLive(table.isWhole || !isWanted ? null : place)
  if (live === 'asked') return <p className="output-note table-coming">{t('app.loading')}</p>
  const note = live !== null ? 'outputs.liveRows' : table.isWhole ? null : 'outputs.heldRows'
  const all = !isWanted && place.count !== null && (
    <button type="button" className="button button-small" onClick={() => setWanted(true)}>
      {t('outputs.allRows')}
    </button>
  )
  return (
    <Rows
      source={live ?? held}
      note={note}
      verb={
        <>
          {all}
          {verb}
        </>
      }
    />
  )
}

/** A frame that shows itself as text (pyarrow, DuckDB): its rows on demand, as a query may have to run for them. */
export function TextTable({
  text,
  frame,
  ...place
}: Place & { readonly text: string; readonly frame: ReactNode }) {
  const [isOpen, setOpen] = useState(false)
  if (place.count === null || !FRAME_TEXTS.some((form) => form.test(text))) return frame
  const verb = (
    <button type="button" className="button button-small" onClick={() => setOpen(!isOpen)}>
      {t(isOpen ? 'outputs.asText' : 'outputs.asTable')}
    </button>
  )
  return (
    <div className="table-output">
      {isOpen ? (
        <LiveRows place={place} verb={verb} frame={frame} />
      ) : (
        <>
          {frame}
          {verb}
        </>
      )}
    </div>
  )
}

/** What the text of a frame begins with: pyarrow's tables and batches; DuckDB's box. */
const FRAME_TEXTS = [/^pyarrow\.(?:Table|RecordBatch)\n/, /^┌─[─┬]*┐\n│/]

function LiveRows(props: { readonly place: Place; readonly verb: ReactNode; readonly frame: ReactNode }) {
  const live = useLive(props.place)
  if (live === 'asked') return <p className="output-note table-coming">{t('app.loading')}</p>
  if (live !== null) return <Rows source={live} note="outputs.liveRows" verb={props.verb} />
  return (
    <>
      {props.frame}
      <p className="output-note">{t('outputs.noRows')}</p>
    </>
  )
}

function Rows(props: {
  readonly source: TableSource
  readonly note: 'outputs.liveRows' | 'outputs.heldRows' | null
  readonly verb: ReactNode
}) {
  const { source, note, verb } = props
  // Filters and columns are of the rows that they were chosen for.
  return (
    <TableView key={note} source={source} isBrief>
      {note !== null && <span className="output-note">{t(note)}</span>}
      {verb}
    </TableView>
  )
}

/** The rows in the kernel; null while it does not hold the result, and for no place. */
function useLive(place: Place | null): TableSource | 'asked' | null {
  const { values, opened, onRecorded } = useContext(NotebookContext) ?? {}
  const role = opened?.role
  const [cell, count] = [place?.cell ?? '', place?.count ?? null]
  const isAsked = values !== undefined && count !== null
  const [live, setLive] = useState<TableSource | 'asked' | null>(isAsked ? 'asked' : null)
  useEffect(() => {
    if (values === undefined || role === undefined || count === null) return setLive(null)
    let [isOld, isLive] = [false, false]
    const of = { name: `Out[${count}]`, path: [], fixed: [], cell }
    const ask = async (): Promise<void> => {
      const answer = await values.head(of)
      if (isOld || isLive) return
      isLive = answer.ok && answer.value.form === 'table'
      setLive(answer.ok && isLive ? liveTable(values, of, answer.value, mayActAs(role, 'runner')) : null)
    }
    setLive('asked')
    void ask()
    // The output may be here before the kernel has the result under its name.
    const stop = onRecorded?.((run) => void (run.cell === cell && !isLive && ask()))
    return () => {
      isOld = true
      stop?.()
    }
  }, [values, role, onRecorded, cell, count])
  return live
}
