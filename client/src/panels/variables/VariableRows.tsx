/** The list of variables: filter, order and rows, and what is shown while there are none. */
import type { Variable } from '@yesterday/server/contract/variables.ts'
import { type KeyboardEvent, useDeferredValue, useId, useMemo, useState } from 'react'
import { useNotebook } from '../../access/context.ts'
import type { VariablesState } from '../../session/variables.ts'
import { useWatched } from '../../state/use-watched.ts'
import { t } from '../../text/text.ts'
import { ProblemBox } from '../../ui/Problem.tsx'
import { type Choice, chosen, SORTS, type Sort } from './order.ts'
import { VariableRow } from './VariableRow.tsx'

/** Rows that are drawn at once. */
const SHOWN = 300
const FIRST: Choice = { sort: 'name', descending: false, text: '', all: false }

export function VariableRows() {
  const { variables, placeOf } = useNotebook()
  const state = useWatched(variables.state, (now) => now)
  const pinned = useWatched(variables.pinned, (now) => now)
  const [choice, setChoice] = useState(FIRST)
  const deferred = useDeferredValue(choice)
  const rows = useMemo(
    () => chosen(state.variables.values(), pinned, deferred, placeOf),
    [state.variables, pinned, deferred, placeOf],
  )
  return (
    <>
      <Tools choice={choice} onChange={setChoice} />
      <State
        state={state}
        count={rows.length}
        isFiltered={deferred.text.trim() !== ''}
        onRetry={variables.ask}
      />
      <Rows key={deferred.text} rows={rows} pinned={pinned} left={state.left} />
    </>
  )
}

function Tools(props: { readonly choice: Choice; readonly onChange: (choice: Choice) => void }) {
  const { choice, onChange } = props
  const id = useId()
  return (
    <div className="variables-tools">
      <input
        type="search"
        className="field"
        aria-label={t('variables.filter')}
        placeholder={t('variables.filter')}
        value={choice.text}
        onChange={({ target }) => onChange({ ...choice, text: target.value })}
        onKeyDown={(event) => {
          if (event.key === 'ArrowDown') focusFirst(event)
        }}
      />
      <label htmlFor={id} className="visually-hidden">
        {t('variables.sort')}
      </label>
      <select
        id={id}
        className="field"
        value={`${choice.sort}${choice.descending ? '-' : ''}`}
        onChange={({ target }) => onChange({ ...choice, ...readSort(target.value) })}
      >
        {SORTS.flatMap((sort) => [
          <option key={sort} value={sort}>
            {t(`variables.sort.${sort}`)}
          </option>,
          <option key={`${sort}-`} value={`${sort}-`}>
            {t(`variables.sortDown.${sort}`)}
          </option>,
        ])}
      </select>
      <label className="variables-all">
        <input
          type="checkbox"
          checked={choice.all}
          onChange={({ target }) => onChange({ ...choice, all: target.checked })}
        />
        {t('variables.all')}
      </label>
    </div>
  )
}

function readSort(value: string): Pick<Choice, 'sort' | 'descending'> {
  const sort: Sort = SORTS.find((one) => value.startsWith(one)) ?? 'name'
  return { sort, descending: value.endsWith('-') }
}

function focusFirst(event: KeyboardEvent<HTMLElement>): void {
  const first = event.currentTarget.closest('.variables')?.querySelector<HTMLElement>('.variable-name')
  if (first == null) return
  event.preventDefault()
  first.focus()
}

interface StateProps {
  readonly state: VariablesState
  readonly count: number
  readonly isFiltered: boolean
  readonly onRetry: () => void
}

/** What a person has to know beside the rows; in words for a screen reader as well. */
function State({ state, count, isFiltered, onRetry }: StateProps) {
  if (state.state === 'failed') {
    return (
      <div className="variables-note">
        <ProblemBox
          title={t('variables.failed')}
          problem={{ message: state.problem ?? '', hint: null }}
          onRetry={onRetry}
        />
      </div>
    )
  }
  const words = stateWords(state, count, isFiltered)
  return (
    <div className="variables-note" role="status" data-quiet={state.state === 'known' && count > 0}>
      <strong>{words.title}</strong>
      {words.hint !== null && <p>{words.hint}</p>}
    </div>
  )
}

function stateWords(
  { state, variables }: VariablesState,
  count: number,
  isFiltered: boolean,
): { readonly title: string; readonly hint: string | null } {
  switch (state) {
    case 'none':
      return { title: t('variables.none'), hint: t('variables.noneHint') }
    case 'waiting':
      return { title: t('app.loading'), hint: null }
    case 'waits':
      return { title: t('variables.waits'), hint: t('variables.waitsHint') }
    case 'unsupported':
      return { title: t('variables.unsupported'), hint: t('variables.unsupportedHint') }
    case 'offline':
      return { title: t('variables.offline'), hint: t('variables.offlineHint') }
    case 'known':
    case 'failed':
      if (count > 0) return { title: t('variables.count', { count }), hint: null }
      if (isFiltered && variables.size > 0) return { title: t('variables.noMatch'), hint: null }
      return { title: t('variables.empty'), hint: t('variables.emptyHint') }
  }
}

interface RowsProps {
  readonly rows: readonly Variable[]
  readonly pinned: ReadonlySet<string>
  readonly left: number
}

function Rows({ rows, pinned, left }: RowsProps) {
  const [shown, setShown] = useState(SHOWN)
  const hidden = Math.max(0, rows.length - shown)
  return (
    <>
      <ul className="variables-rows" aria-label={t('variables.title')} onKeyDown={moveFocus}>
        {rows.slice(0, shown).map((variable) => (
          <VariableRow key={variable.name} variable={variable} isPinned={pinned.has(variable.name)} />
        ))}
      </ul>
      {hidden > 0 && (
        <button type="button" className="button variables-more" onClick={() => setShown(shown + SHOWN)}>
          {t('variables.more', { count: hidden })}
        </button>
      )}
      {left > 0 && <p className="variables-note">{t('variables.left', { count: left })}</p>}
    </>
  )
}

/** Arrow keys go from name to name. */
function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
  if (step === undefined) return
  const names = [...event.currentTarget.querySelectorAll<HTMLElement>('.variable-name')]
  const row = document.activeElement?.closest('li')
  const place = names.findIndex((name) => row?.contains(name) === true)
  const next = names[place + step]
  if (place === -1 || next === undefined) return
  event.preventDefault()
  next.focus()
}
