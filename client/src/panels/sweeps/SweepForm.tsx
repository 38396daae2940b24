/** A new sweep: parameters with their values, how many trials, how many at once, and when to stop early. */
import {
  MOST_TRIALS,
  offeredParameters,
  parseParameter,
  trialsOf,
} from '@yesterday/server/contract/sweep-grid.ts'
import { MOST_JOBS, type SweepRequest } from '@yesterday/server/contract/sweeps.ts'
import { type FormEvent, useId, useState } from 'react'
import { useNotebook } from '../../access/context.ts'
import type { Problem } from '../../api/api.ts'
import { t } from '../../text/text.ts'
import { X } from '../../ui/icons.ts'
import { ProblemBox } from '../../ui/Problem.tsx'
import { startSweep } from './sweep-store.ts'
import { sweptCells } from './swept-cells.ts'

interface Row {
  readonly key: number
  readonly name: string
  readonly values: string
}

interface Draft {
  readonly rows: readonly Row[]
  /** Null for the whole grid. */
  readonly random: string | null
  readonly seed: string
  readonly parallel: string
  readonly stopWhen: string
}

let lastKey = 0
const newRow = (name = ''): Row => ({ key: ++lastKey, name, values: '' })

export function SweepForm(props: { readonly parallel: number; readonly onStarted: (id: string) => void }) {
  const { opened, doc } = useNotebook()
  const offered = offeredParameters(sweptCells(doc))
  const [draft, setDraft] = useState<Draft>(() => ({
    ...{ rows: [newRow([...offered.keys()][0])], random: null, seed: '', parallel: '', stopWhen: '' },
  }))
  const [problem, setProblem] = useState<Problem | null>(null)
  const [isSending, setSending] = useState(false)
  const names = useId()
  const change = (more: Partial<Draft>): void => setDraft({ ...draft, ...more })
  const count = countOf(draft)
  const start = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    if (count === null || isSending) return
    setSending(true)
    const answer = await startSweep(opened.documentId, requestOf(draft))
    setSending(false)
    if (answer.ok) props.onStarted(answer.value.id)
    else setProblem(answer.problem)
  }
  return (
    <form className="sweep-form" aria-label={t('sweeps.new')} onSubmit={(event) => void start(event)}>
      <datalist id={names}>
        {[...offered].map(([name, value]) => (
          <option key={name} value={name} label={`${name} = ${value}`} />
        ))}
      </datalist>
      {draft.rows.map((row, place) => (
        <ParameterRow
          key={row.key}
          row={row}
          place={place + 1}
          names={names}
          present={offered.get(row.name.trim())}
          onChange={(next) => change({ rows: draft.rows.with(place, next) })}
          onRemove={
            draft.rows.length === 1 ? null : () => change({ rows: draft.rows.filter((one) => one !== row) })
          }
        />
      ))}
      <button
        type="button"
        className="button button-small button-quiet"
        disabled={draft.rows.length >= 20}
        onClick={() => change({ rows: [...draft.rows, newRow()] })}
      >
        {t('sweeps.add')}
      </button>
      <Choices draft={draft} parallel={props.parallel} onChange={change} />
      {problem !== null && <ProblemBox problem={problem} />}
      <div className="sweep-start">
        <button type="submit" className="button button-primary" disabled={count === null || isSending}>
          {t('sweeps.start')}
        </button>
        <span role="status">{count === null ? t('sweeps.notYet') : t('sweeps.trials', { count })}</span>
      </div>
    </form>
  )
}

function ParameterRow(props: {
  readonly row: Row
  readonly place: number
  readonly names: string
  /** The value in the notebook, where it is known. */
  readonly present: string | undefined
  readonly onChange: (row: Row) => void
  readonly onRemove: (() => void) | null
}) {
  const { row, place, onRemove } = props
  const hint = useId()
  const isWrong = row.values.trim() !== '' && !parseParameter(`x=${row.values}`).ok
  const plain = { spellCheck: false, autoComplete: 'off', autoCapitalize: 'off' }
  return (
    <fieldset className="sweep-row">
      <legend className="visually-hidden">{t('sweeps.parameterN', { n: place })}</legend>
      <label>
        {t('sweeps.parameter')}
        <input
          {...plain}
          className="field"
          list={props.names}
          value={row.name}
          onChange={(event) => props.onChange({ ...row, name: event.target.value })}
        />
      </label>
      <label>
        {t('sweeps.values')}
        <input
          {...plain}
          className="field"
          aria-describedby={hint}
          aria-invalid={isWrong}
          value={row.values}
          placeholder="0.1, 0.01"
          onChange={(event) => props.onChange({ ...row, values: event.target.value })}
        />
      </label>
      {onRemove !== null && (
        <button
          type="button"
          className="icon-button"
          aria-label={t('sweeps.removeN', { n: place })}
          onClick={onRemove}
        >
          <X size={16} />
        </button>
      )}
      <p id={hint} className="sweeps-note" data-wrong={isWrong}>
        {isWrong || props.present === undefined
          ? t('sweeps.valuesHint')
          : t('sweeps.now', { value: props.present })}
      </p>
    </fieldset>
  )
}

function Choices(props: {
  readonly draft: Draft
  readonly parallel: number
  readonly onChange: (more: Partial<Draft>) => void
}) {
  const { draft, parallel, onChange } = props
  const group = useId()
  return (
    <>
      <fieldset className="sweep-choice">
        <legend className="visually-hidden">{t('sweeps.which')}</legend>
        <label>
          <input
            type="radio"
            name={group}
            checked={draft.random === null}
            onChange={() => onChange({ random: null })}
          />
          {t('sweeps.grid')}
        </label>
        <label>
          <input
            type="radio"
            name={group}
            checked={draft.random !== null}
            onChange={() => onChange({ random: '20' })}
          />
          {t('sweeps.random')}
        </label>
        {draft.random !== null && (
          <>
            <NumberField
              label={t('sweeps.draws')}
              value={draft.random}
              most={MOST_TRIALS}
              onChange={(random) => onChange({ random })}
            />
            <NumberField
              label={t('sweeps.seed')}
              value={draft.seed}
              least={0}
              onChange={(seed) => onChange({ seed })}
            />
          </>
        )}
      </fieldset>
      <div className="sweep-numbers">
        <NumberField
          label={t('sweeps.parallel')}
          value={draft.parallel}
          most={MOST_JOBS}
          placeholder={String(parallel)}
          onChange={(next) => onChange({ parallel: next })}
        />
        <label>
          {t('sweeps.stopWhen')}
          <input
            className="field"
            value={draft.stopWhen}
            maxLength={500}
            placeholder="accuracy > 0.95"
            spellCheck={false}
            autoComplete="off"
            onChange={(event) => onChange({ stopWhen: event.target.value })}
          />
        </label>
      </div>
    </>
  )
}

function NumberField(props: {
  readonly label: string
  readonly value: string
  readonly least?: number
  readonly most?: number
  readonly placeholder?: string
  readonly onChange: (value: string) => void
}) {
  const { label, value, least = 1, most, placeholder, onChange } = props
  return (
    <label className="sweep-number">
      {label}
      <input
        className="field"
        type="number"
        min={least}
        max={most}
        placeholder={placeholder}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    </label>
  )
}

const wholeOf = (text: string): number | null => (/^\d{1,9}$/.test(text.trim()) ? Number(text) : null)

/** How many trials it has; null where it cannot start. */
function countOf({ rows, random, parallel, seed }: Draft): number | null {
  const parsed = rows.map(({ name, values }) => parseParameter(`${name}=${values}`))
  const good = parsed.flatMap((one) => (one.ok ? [one.value] : []))
  const numbers = [parallel, random === null ? '' : seed].filter((text) => text.trim() !== '')
  if (good.length < rows.length || numbers.some((text) => wholeOf(text) === null)) return null
  if (random === null) {
    const trials = trialsOf(good, null)
    return trials.ok ? trials.value.length : null
  }
  const count = wholeOf(random)
  if (count === null || count < 1 || count > MOST_TRIALS) return null
  const trials = trialsOf(good, { count, seed: wholeOf(seed) ?? 0 })
  return trials.ok ? trials.value.length : null
}

function requestOf({ rows, random, seed, parallel, stopWhen }: Draft): SweepRequest {
  return {
    parameters: rows.map(({ name, values }) => ({ name: name.trim(), values: values.trim() })),
    random: random === null ? null : wholeOf(random),
    seed: random === null ? null : wholeOf(seed),
    parallel: wholeOf(parallel),
    stopWhen: stopWhen.trim(),
  }
}
