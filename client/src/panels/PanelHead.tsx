/** The heading of a panel, with its own tools and the button that closes it. It takes the focus when a view is shown. */
import { type ReactNode, useContext, useEffect, useRef } from 'react'
import { t } from '../text/text.ts'
import { X } from '../ui/icons.ts'
import { ClosePanel } from './close-panel.ts'

/** Another `view` is read from its top: the heading gets the focus again. */
export function PanelHead(props: {
  readonly title: string
  readonly view?: unknown
  readonly children?: ReactNode
}) {
  const heading = useRef<HTMLHeadingElement>(null)
  const close = useContext(ClosePanel)
  // biome-ignore lint/correctness/useExhaustiveDependencies: each view is another page
  useEffect(() => heading.current?.focus(), [props.view])
  return (
    <header className="panel-head">
      <h2 ref={heading} tabIndex={-1}>
        {props.title}
      </h2>
      <span className="panel-tools">
        {props.children}
        <button type="button" className="icon-button" aria-label={t('panel.close')} onClick={close}>
          <X size={16} />
        </button>
      </span>
    </header>
  )
}
