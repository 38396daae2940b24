/** JSON as a tree that opens where it is asked to; long lists show their first items. */
import { useState } from 'react'
import { t } from '../text/text.ts'
import { TextOutput } from './TextOutput.tsx'

const PAGE = 100

/** The tree of a JSON text; text that is not JSON is shown as it is. */
export function JsonTree({ text }: { readonly text: string }) {
  const parsed = parse(text)
  if (parsed === null) return <TextOutput text={text} />
  return (
    <section className="json" aria-label={t('outputs.json')}>
      <Node name={null} value={parsed.value} open />
    </section>
  )
}

function parse(text: string): { readonly value: unknown } | null {
  try {
    return { value: JSON.parse(text) }
  } catch {
    return null
  }
}

function Node(props: { readonly name: string | null; readonly value: unknown; readonly open?: boolean }) {
  const { name, value } = props
  const [open, setOpen] = useState(props.open === true)
  const [shown, setShown] = useState(PAGE)
  const label = name === null ? null : <span className="json-name">{name}: </span>
  if (typeof value !== 'object' || value === null) {
    return (
      <div className={`json-leaf json-${value === null ? 'null' : typeof value}`}>
        {label}
        <span>{JSON.stringify(value)}</span>
      </div>
    )
  }
  const items = Object.entries(value)
  return (
    <details open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        {label}
        <span className="json-count">
          {Array.isArray(value) ? '[ ]' : '{ }'} {t('outputs.items', { count: items.length })}
        </span>
      </summary>
      {open && items.slice(0, shown).map(([key, item]) => <Node key={key} name={key} value={item} />)}
      {open && items.length > shown && (
        <button type="button" className="button button-small" onClick={() => setShown(shown + PAGE * 10)}>
          {t('outputs.more', { count: items.length - shown })}
        </button>
      )}
    </details>
  )
}
