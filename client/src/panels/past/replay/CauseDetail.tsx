/** What a cause of "since it worked" was and is: code and texts as a diff, tables by their changed rows. */

import type { Cause } from '@yesterday/server/contract/replay.ts'
import { causeChange } from '@yesterday/server/contract/replay-words.ts'
import { say, t } from '../../../text/text.ts'
import { TextDiff } from '../compare/TextDiff.tsx'
import { diffTables, type RowChange, type TableDiff } from '../compare/table-diff.ts'
import { useObjectText } from '../receipt/StoredOutput.tsx'

/** Rows of a table that are shown. */
const ROWS = 12

export function CauseDetail({ cause }: { readonly cause: Cause }) {
  const { kind, was, is, name } = cause
  if (kind === 'code')
    return <TextDiff left={was ?? ''} right={is ?? ''} language="python" label={t('receipt.code')} />
  if (kind === 'file') return <FileDetail name={name} was={was} is={is} />
  const change = causeChange(cause, say)
  return change === null ? null : <small>{change}</small>
}

/** `was` and `is` are digests. */
function FileDetail(props: {
  readonly name: string
  readonly was: string | null
  readonly is: string | null
}) {
  const [before, after] = [useObjectText(props.was), useObjectText(props.is)]
  if (before === null || after === null) return <small>{t('app.loading')}</small>
  if (before === undefined || after === undefined) return <small>{t('since.notKept')}</small>
  if (before.includes('\0') || after.includes('\0')) return <small>{t('since.binary')}</small>
  const table = diffTables(before, after)
  if (table !== null && table.changes.length > 0) return <ChangedRows name={props.name} diff={table} />
  return <TextDiff left={before} right={after} language="plaintext" label={props.name} />
}

function ChangedRows({ name, diff }: { readonly name: string; readonly diff: TableDiff }) {
  const { columns, changes } = diff
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section className="row-diff" tabIndex={0} aria-label={t('since.rows', { name, count: changes.length })}>
      <table>
        <caption>{t('since.rows', { name, count: changes.length })}</caption>
        <thead>
          <tr>
            <th scope="col">{t('since.row')}</th>
            {columns.map((column, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: columns may share a name
              <th key={index} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {changes.slice(0, ROWS).map((change) => (
            <ChangedRow key={change.row} change={change} columns={columns.length} />
          ))}
        </tbody>
      </table>
      {changes.length > ROWS && <small>{t('outputs.more', { count: changes.length - ROWS })}</small>}
    </section>
  )
}

function ChangedRow({ change, columns }: { readonly change: RowChange; readonly columns: number }) {
  const { before, after, row } = change
  const places = Array.from({ length: columns }, (_, n) => n)
  return (
    <tr>
      <th scope="row">{row}</th>
      {places.map((place) => (
        <td key={place}>
          <Value was={before?.[place] ?? null} is={after?.[place] ?? null} />
        </td>
      ))}
    </tr>
  )
}

function Value({ was, is }: { readonly was: string | null; readonly is: string | null }) {
  if (was === is) return <>{is}</>
  return (
    <>
      {was !== null && <del>{was}</del>} {is !== null && <ins>{is}</ins>}
    </>
  )
}
