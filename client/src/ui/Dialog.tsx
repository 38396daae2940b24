/** A question that must be answered first. The browser's own dialog keeps the focus inside and gives it back. */
import { type ReactNode, useId, useLayoutEffect, useRef } from 'react'
import { t } from '../text/text.ts'

/**
 * Open as long as it is mounted; `onClose` asks the owner to unmount it. Without `action` it asks nothing and has a button
 * that closes it.
 */
export function Dialog(props: {
  readonly title: string
  readonly action?: string
  readonly wide?: boolean
  readonly danger?: boolean
  readonly children: ReactNode
  readonly onAction?: () => void
  readonly onClose: () => void
}) {
  const dialog = useRef<HTMLDialogElement>(null)
  const title = useId()
  useLayoutEffect(() => {
    const element = dialog.current
    element?.showModal()
    // Removed while it is open, it would leave the focus on the body: closing gives it back.
    return () => element?.close()
  }, [])
  return (
    <dialog
      ref={dialog}
      className={props.wide === true ? 'dialog dialog-wide' : 'dialog'}
      aria-labelledby={title}
      // One that is opened from this one closes by itself.
      onClose={(event) => event.target === event.currentTarget && props.onClose()}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault()
          props.onAction?.()
        }}
      >
        <h2 id={title}>{props.title}</h2>
        {props.children}
        <div className="dialog-actions">
          <button type="button" className="button" onClick={props.onClose}>
            {t(props.action === undefined ? 'app.close' : 'app.cancel')}
          </button>
          {props.action !== undefined && (
            <button
              type="submit"
              className={props.danger === true ? 'button button-danger' : 'button button-primary'}
            >
              {props.action}
            </button>
          )}
        </div>
      </form>
    </dialog>
  )
}
