/** One conflict: the sides next to each other (below each other on a phone), what is chosen, and the result if it is edited. */
import type { ConflictCell, ConflictChoice, NotebookConflict } from '@yesterday/server/contract/conflicts.ts'
import { useEffect, useId, useRef, useState } from 'react'
import { t } from '../text/text.ts'
import { ConflictSide } from './ConflictSide.tsx'

interface Props {
  readonly conflict: NotebookConflict
  readonly place: number
  readonly total: number
  /** Null for a person who may not choose. */
  readonly onChoose: ((choice: ConflictChoice | null) => void) | null
}

export function ConflictView({ conflict, place, total, onChoose }: Props) {
  const id = useId()
  const { base, ours, theirs, cell, choice } = conflict
  const takes = (side: 'ours' | 'theirs'): boolean => choice?.take === side || choice?.take === 'both'
  return (
    <article
      className="conflict"
      aria-labelledby={id}
      tabIndex={-1}
      data-conflict={place}
      data-decided={choice !== null}
    >
      <header className="conflict-head">
        <h2 id={id}>{t('conflicts.number', { n: place + 1, total, cell })}</h2>
        <span className="conflict-state">{stateWords(conflict)}</span>
      </header>
      <div className="conflict-sides">
        {base !== null && (
          <details className="conflict-base">
            <summary>{t('conflicts.base')}</summary>
            <ConflictSide
              {...{ side: 'base', title: t('conflicts.base'), other: null, isTaken: false }}
              cells={[plain(base)]}
            />
          </details>
        )}
        <ConflictSide
          {...{ side: 'ours', title: t('conflicts.ours'), hint: t('conflicts.oursMeans'), cells: ours }}
          other={sourceOf(theirs)}
          isTaken={takes('ours')}
        />
        <ConflictSide
          {...{
            side: 'theirs',
            title: t('conflicts.theirs'),
            hint: t('conflicts.theirsMeans'),
            cells: theirs,
          }}
          other={sourceOf(ours)}
          isTaken={takes('theirs')}
        />
      </div>
      {onChoose !== null && <Choices conflict={conflict} onChoose={onChoose} />}
      {choice?.take === 'edited' && <Result source={choice.source} onChange={onChoose} />}
    </article>
  )
}

const plain = (source: string): ConflictCell => ({ type: 'code', source, outputs: null })
const sourceOf = (cells: readonly ConflictCell[]): string => cells.map(({ source }) => source).join('\n')

function stateWords({ choice, by }: NotebookConflict): string {
  if (choice === null) return t('conflicts.undecided')
  return by === null ? '' : t(`conflicts.chose.${choice.take}`, { name: by })
}

/** What the editor begins with: what was chosen so far, or both sides. */
export function editedFrom({ ours, theirs, choice }: NotebookConflict): ConflictChoice {
  const source = { ours: sourceOf(ours), theirs: sourceOf(theirs) }
  if (choice?.take === 'edited') return choice
  if (choice?.take === 'ours' || choice?.take === 'theirs')
    return { take: 'edited', source: source[choice.take] }
  return { take: 'edited', source: [source.ours, source.theirs].filter((text) => text !== '').join('\n') }
}

function Choices(props: {
  readonly conflict: NotebookConflict
  readonly onChoose: (choice: ConflictChoice | null) => void
}) {
  const { conflict, onChoose } = props
  const now = conflict.choice?.take ?? null
  const button = (take: ConflictChoice['take'], words: string, choice: ConflictChoice) => (
    <button
      type="button"
      className="button button-small"
      aria-pressed={now === take}
      onClick={() => onChoose(now === take && take !== 'edited' ? null : choice)}
    >
      {words}
    </button>
  )
  return (
    <fieldset className="conflict-choices">
      <legend className="visually-hidden">{t('conflicts.choices')}</legend>
      {button('ours', t('conflicts.takeOurs'), { take: 'ours' })}
      {button('theirs', t('conflicts.takeTheirs'), { take: 'theirs' })}
      {button('both', t('conflicts.takeBoth'), { take: 'both' })}
      {button('edited', t('conflicts.edit'), editedFrom(conflict))}
      {now !== null && (
        <button type="button" className="button button-small button-quiet" onClick={() => onChoose(null)}>
          {t('conflicts.undo')}
        </button>
      )}
    </fieldset>
  )
}

/** So long after the last key a text is kept, ms. */
const KEEP_AFTER_MS = 400

/** What is typed here stays while the field has the focus, whatever comes from others. */
function Result(props: {
  readonly source: string
  readonly onChange: ((choice: ConflictChoice) => void) | null
}) {
  const { source, onChange } = props
  const [draft, setDraft] = useState<string | null>(null)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const id = useId()
  const keep = useRef(onChange)
  keep.current = onChange
  useEffect(() => () => clearTimeout(timer.current), [])
  const type = (text: string): void => {
    setDraft(text)
    clearTimeout(timer.current)
    timer.current = setTimeout(() => keep.current?.({ take: 'edited', source: text }), KEEP_AFTER_MS)
  }
  const leave = (): void => {
    clearTimeout(timer.current)
    if (draft !== null && draft !== source) onChange?.({ take: 'edited', source: draft })
    setDraft(null)
  }
  const shown = draft ?? source
  return (
    <label className="conflict-result" htmlFor={id}>
      {t('conflicts.result')}
      <textarea
        id={id}
        className="field"
        spellCheck={false}
        readOnly={onChange === null}
        rows={Math.min(24, shown.split('\n').length + 1)}
        value={shown}
        onChange={(event) => type(event.target.value)}
        onBlur={leave}
      />
      <small>{t('conflicts.resultHint')}</small>
    </label>
  )
}
