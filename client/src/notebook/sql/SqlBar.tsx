/** The header of a SQL cell, in place of its first line: the connection, and the variable that gets the rows. */
import './sql.css'
import { SQL_NAME, type SqlHeader, sqlHeader } from '@yesterday/server/contract/sql-cell.ts'
import { useEffect, useId, useState, useSyncExternalStore } from 'react'
import { t } from '../../text/text.ts'
import { isOwner } from '../command.ts'
import type { Notebook } from '../notebook.ts'
import { connections, loadConnections, showConnections } from './connections-store.ts'
import { setSqlHeader } from './sql-cells.ts'

const EDIT = ' edit'

export function SqlBar(props: { readonly notebook: Notebook; readonly id: string; readonly line: string }) {
  const { notebook, id, line } = props
  const header = sqlHeader(`${line}\n`)
  const mayManage = isOwner(notebook)
  useEffect(() => {
    if (mayManage) loadConnections()
  }, [mayManage])
  if (header === null) return null
  const change = (part: Partial<SqlHeader>) => setSqlHeader(notebook, id, { ...header, ...part })
  const readOnly = !notebook.opened.writable
  return (
    <div className="sql-bar">
      <span className="sql-mark">SQL</span>
      <ConnectionChoice
        value={header.connection}
        readOnly={readOnly}
        mayManage={mayManage}
        onChange={(connection) => change({ connection })}
      />
      <ResultField
        key={header.result ?? ''}
        value={header.result}
        readOnly={readOnly}
        onChange={(result) => change({ result })}
      />
    </div>
  )
}

function ConnectionChoice(props: {
  readonly value: string | null
  readonly readOnly: boolean
  readonly mayManage: boolean
  readonly onChange: (connection: string | null) => void
}) {
  const { value, readOnly, onChange } = props
  const saved = useSyncExternalStore(connections.subscribe, connections.get).connections ?? []
  const names = saved.map(({ name }) => name)
  if (value !== null && !names.includes(value)) names.push(value)
  return (
    <select
      className="sql-field"
      aria-label={t('sql.connection')}
      title={t('sql.connection')}
      value={value ?? ''}
      disabled={readOnly}
      onChange={({ target }) => {
        if (target.value === EDIT) showConnections()
        else onChange(target.value === '' ? null : target.value)
      }}
    >
      <option value="">DuckDB</option>
      {names.map((name) => (
        <option key={name} value={name}>
          {name}
        </option>
      ))}
      {props.mayManage && <option value={EDIT}>{t('sql.editConnections')}</option>}
    </select>
  )
}

/** The name is taken on Enter and when the field is left; one that Python does not allow is marked and not taken. */
function ResultField(props: {
  readonly value: string | null
  readonly readOnly: boolean
  readonly onChange: (result: string | null) => void
}) {
  const { value, readOnly, onChange } = props
  const [text, setText] = useState(value ?? '')
  const id = useId()
  const name = text.trim()
  const isWrong = name !== '' && !SQL_NAME.test(name)
  const take = (): void => {
    if (!isWrong && name !== (value ?? '')) onChange(name === '' ? null : name)
  }
  return (
    <>
      <span aria-hidden="true">→</span>
      <input
        className="sql-field sql-result"
        aria-label={t('sql.result')}
        aria-invalid={isWrong}
        aria-describedby={isWrong ? id : undefined}
        title={t('sql.result')}
        placeholder={t('sql.noResult')}
        value={text}
        readOnly={readOnly}
        spellCheck={false}
        autoCapitalize="off"
        autoComplete="off"
        onChange={({ target }) => setText(target.value)}
        onBlur={take}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && !event.shiftKey && !event.ctrlKey && !event.metaKey) take()
          if (event.key === 'Escape') setText(value ?? '')
        }}
      />
      {isWrong && (
        <span id={id} className="sql-wrong" role="status">
          {t('sql.badName')}
        </span>
      )}
    </>
  )
}
