/** A link that was made just now, in a field and with a button that copies it. The server shows it once. */
import './public-link.css'
import { useRef } from 'react'
import { t } from '../text/text.ts'
import { copyText } from './copy-text.ts'
import { Copy } from './icons.ts'

export function MadeLink(props: {
  /** The name of the field. */
  readonly label: string
  readonly link: string
  /** What is said when it was copied. */
  readonly copied: string
  readonly note: string
}) {
  const { label, link, copied, note } = props
  const field = useRef<HTMLInputElement>(null)
  const copy = (): void => {
    field.current?.select()
    void copyText(link, copied)
  }
  return (
    <div role="status">
      <div className="made-link">
        <input
          ref={field}
          className="field"
          readOnly
          aria-label={label}
          value={link}
          onFocus={(event) => event.target.select()}
        />
        <button type="button" className="button" onClick={copy}>
          <Copy size={16} aria-hidden="true" />
          {t('link.again')}
        </button>
      </div>
      <p className="made-link-note">{note}</p>
    </div>
  )
}
