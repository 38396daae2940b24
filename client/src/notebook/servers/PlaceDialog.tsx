/** A dialog about the person's own places for kernels: a list, and a form that tests and saves one. */
import '../sql/sql.css'
import './servers.css'
import { type InputHTMLAttributes, type ReactNode, useId, useLayoutEffect, useRef } from 'react'
import { t } from '../../text/text.ts'

export function PlaceDialog(props: {
  readonly title: string
  readonly hint: string
  readonly list: ReactNode
  /** What went wrong, or else what was done last. */
  readonly problem: string | null
  readonly said: string | null
  /** Whether the form says enough to test and save it. */
  readonly isNamed: boolean
  readonly onSave: () => void
  readonly onTest: () => void
  readonly onClose: () => void
  /** Reads the list again; where that can help. */
  readonly onRetry?: (() => void) | null
  readonly children: ReactNode
}) {
  const { problem, said, isNamed, onClose, onRetry } = props
  const dialog = useRef<HTMLDialogElement>(null)
  const heading = useId()
  useLayoutEffect(() => {
    const element = dialog.current
    element?.showModal()
    return () => element?.close()
  }, [])
  return (
    <dialog ref={dialog} className="dialog connections" aria-labelledby={heading} onClose={onClose}>
      <h2 id={heading}>{props.title}</h2>
      <p>{props.hint}</p>
      {props.list}
      <form
        onSubmit={(event) => {
          event.preventDefault()
          props.onSave()
        }}
      >
        {props.children}
        <p className="servers-said" role="status" data-problem={problem !== null}>
          {problem ?? said}
        </p>
        <div className="dialog-actions">
          {onRetry && <DialogButton label={t('app.retry')} onClick={onRetry} />}
          <DialogButton label={t('servers.close')} onClick={onClose} />
          <DialogButton label={t('servers.test')} onClick={props.onTest} disabled={!isNamed} />
          <button type="submit" className="button button-primary" disabled={!isNamed}>
            {t('servers.save')}
          </button>
        </div>
      </form>
    </dialog>
  )
}

function DialogButton(props: {
  readonly label: string
  readonly onClick: () => void
  readonly disabled?: boolean
}) {
  return (
    <button type="button" className="button" disabled={props.disabled} onClick={props.onClick}>
      {props.label}
    </button>
  )
}

/** `all` is null until the list is read. */
export function PlaceList<Place extends { readonly id: string; readonly title: string }>(props: {
  readonly title: string
  readonly empty: string
  readonly all: readonly Place[] | null
  readonly detailOf: (place: Place) => string
  readonly onEdit: (place: Place) => void
  readonly onRemove: (id: string) => void
}) {
  const { all } = props
  if (all === null) return null
  if (all.length === 0) return <p className="connections-empty">{props.empty}</p>
  return (
    <ul className="connections-list" aria-label={props.title}>
      {all.map((one) => (
        <li key={one.id}>
          <span>
            <strong>{one.title}</strong> <code>{props.detailOf(one)}</code>
          </span>
          <button
            type="button"
            className="button button-small button-quiet"
            aria-label={t('servers.edit', { title: one.title })}
            onClick={() => props.onEdit(one)}
          >
            {t('servers.change')}
          </button>
          <button
            type="button"
            className="button button-small button-quiet"
            aria-label={t('servers.remove', { title: one.title })}
            onClick={() => props.onRemove(one.id)}
          >
            {t('servers.delete')}
          </button>
        </li>
      ))}
    </ul>
  )
}

/** The fields of a form, each of one line: `field('port', t('…'), { type: 'number' })`. */
export function fieldsOf<Name extends string>(
  entered: Readonly<Record<Name, string>>,
  onChange: (name: Name, value: string) => void,
) {
  return (name: Name, label: string, more: InputHTMLAttributes<HTMLInputElement> = {}) => (
    <label className="connections-field">
      {label}
      <input
        className="field"
        value={entered[name]}
        spellCheck={false}
        autoComplete="off"
        autoCapitalize="off"
        onChange={({ target }) => onChange(name, target.value)}
        {...more}
      />
    </label>
  )
}
