/** Lists, adds, changes and removes the named connections of SQL cells. They are the person's own, not the project's. */
import './sql.css'
import type { SavedConnection } from '@yesterday/server/contract/connections.ts'
import { useId, useLayoutEffect, useRef, useState, useSyncExternalStore } from 'react'
import { t } from '../../text/text.ts'
import {
  connections,
  connectionsOpen,
  hideConnections,
  loadConnections,
  removeConnection,
  saveConnection,
} from './connections-store.ts'

/** Mounted always; shown while it is asked for. */
export function ConnectionsDialog() {
  const isOpen = useSyncExternalStore(connectionsOpen.subscribe, connectionsOpen.get)
  return isOpen ? <OpenDialog /> : null
}

const EMPTY: SavedConnection = { name: '', url: '' }

function OpenDialog() {
  const dialog = useRef<HTMLDialogElement>(null)
  const title = useId()
  const [draft, setDraft] = useState(EMPTY)
  const { connections: all, problem } = useSyncExternalStore(connections.subscribe, connections.get)
  useLayoutEffect(() => {
    const element = dialog.current
    element?.showModal()
    return () => element?.close()
  }, [])
  const submit = async (): Promise<void> => {
    if (await saveConnection(draft.name.trim(), draft.url.trim())) setDraft(EMPTY)
  }
  return (
    <dialog ref={dialog} className="dialog connections" aria-labelledby={title} onClose={hideConnections}>
      <h2 id={title}>{t('connections.title')}</h2>
      <p>{t('connections.hint')}</p>
      <List all={all} onEdit={setDraft} />
      <form
        onSubmit={(event) => {
          event.preventDefault()
          void submit()
        }}
      >
        <Field
          label={t('connections.name')}
          value={draft.name}
          onChange={(name) => setDraft({ ...draft, name })}
        />
        <Field
          label={t('connections.url')}
          value={draft.url}
          placeholder="postgresql+psycopg://ann:password@host/shop"
          onChange={(url) => setDraft({ ...draft, url })}
        />
        <p className="connections-problem" role="status">
          {problem}
        </p>
        <div className="dialog-actions">
          {problem !== null && all === null && (
            <button type="button" className="button" onClick={loadConnections}>
              {t('app.retry')}
            </button>
          )}
          <button type="button" className="button" onClick={hideConnections}>
            {t('connections.close')}
          </button>
          <button type="submit" className="button button-primary">
            {t('connections.save')}
          </button>
        </div>
      </form>
    </dialog>
  )
}

function List(props: {
  readonly all: readonly SavedConnection[] | null
  readonly onEdit: (connection: SavedConnection) => void
}) {
  const { all, onEdit } = props
  if (all === null) return null
  if (all.length === 0) return <p className="connections-empty">{t('connections.empty')}</p>
  return (
    <ul className="connections-list" aria-label={t('connections.title')}>
      {all.map((one) => (
        <li key={one.name}>
          <span>
            <strong>{one.name}</strong> <code>{one.url}</code>
          </span>
          <button
            type="button"
            className="button button-small button-quiet"
            aria-label={t('connections.edit', { name: one.name })}
            onClick={() => onEdit(one)}
          >
            {t('connections.change')}
          </button>
          <button
            type="button"
            className="button button-small button-quiet"
            aria-label={t('connections.remove', { name: one.name })}
            onClick={() => void removeConnection(one.name)}
          >
            {t('connections.delete')}
          </button>
        </li>
      ))}
    </ul>
  )
}

function Field(props: {
  readonly label: string
  readonly value: string
  readonly placeholder?: string
  readonly onChange: (value: string) => void
}) {
  return (
    <label className="connections-field">
      {props.label}
      <input
        className="field"
        value={props.value}
        placeholder={props.placeholder}
        spellCheck={false}
        autoComplete="off"
        autoCapitalize="off"
        onChange={({ target }) => props.onChange(target.value)}
      />
    </label>
  )
}
