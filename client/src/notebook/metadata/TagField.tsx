/** Tags as chips, and a field that adds some. */
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react'
import { t } from '../../text/text.ts'
import { X } from '../../ui/icons.ts'
import { LONGEST_TAG, tagsIn } from './cell-metadata.ts'

/** A tag, and how many of the cells have it. */
export interface DraftTag {
  readonly name: string
  readonly count: number
}

interface Props {
  readonly tags: readonly DraftTag[]
  /** How many cells there are. */
  readonly cells: number
  readonly writable: boolean
  /** Tags to offer. */
  readonly known: readonly string[]
  readonly entered: string
  readonly onEnter: (text: string) => void
  readonly onAdd: (names: readonly string[]) => void
  readonly onRemove: (name: string) => void
}

export function TagField({ tags, cells, writable, known, entered, onEnter, onAdd, onRemove }: Props) {
  const id = useId()
  const field = useRef<HTMLInputElement>(null)
  const [said, setSaid] = useState('')
  // The dialog, once it is open, focuses its first control, which may remove a tag.
  useEffect(() => field.current?.focus(), [])
  const remove = (name: string): void => {
    onRemove(name)
    setSaid(t('metadata.removed', { name }))
    // The button that was pressed is gone.
    field.current?.focus()
  }
  const onKey = (event: KeyboardEvent): void => {
    const names = tagsIn(entered)
    // Enter in the empty field saves, as in every dialog.
    if (event.nativeEvent.isComposing || names.length === 0) return
    if (event.key !== 'Enter' && event.key !== ',') return
    event.preventDefault()
    onAdd(names)
    onEnter('')
    setSaid(t('metadata.added', { name: names.join(', ') }))
  }
  return (
    <>
      <h3>{t('metadata.tags')}</h3>
      {tags.length === 0 && <p className="metadata-note">{t('metadata.noTags')}</p>}
      <ul className="tag-chips" aria-label={t('metadata.tags')}>
        {tags.map(({ name, count }) => (
          <li key={name} data-partial={count < cells}>
            <span>{count < cells ? t('metadata.partly', { name, count, cells }) : name}</span>
            {writable && (
              <button
                type="button"
                aria-label={t('metadata.remove', { name })}
                title={t('metadata.remove', { name })}
                onClick={() => remove(name)}
              >
                <X size={14} aria-hidden="true" />
              </button>
            )}
          </li>
        ))}
      </ul>
      {writable && (
        <label>
          {t('metadata.add')}
          <input
            ref={field}
            className="field"
            list={`${id}-known`}
            spellCheck={false}
            autoComplete="off"
            autoCapitalize="off"
            maxLength={LONGEST_TAG}
            placeholder={t('metadata.addHint')}
            value={entered}
            onKeyDown={onKey}
            onChange={(event) => onEnter(event.target.value)}
          />
        </label>
      )}
      <datalist id={`${id}-known`}>
        {known.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <p className="visually-hidden" role="status">
        {said}
      </p>
    </>
  )
}
