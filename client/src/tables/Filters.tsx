/** The filters of a table: one line that adds one or shows statistics of a column, and those in force. */
import { FILTER_OPERATIONS, type TableFilter } from '@yesterday/server/contract/variables.ts'
import { type FormEvent, useState } from 'react'
import { t } from '../text/text.ts'
import type { Window } from './grid-data.ts'

type Operation = TableFilter['operation']

interface FiltersProps {
  readonly window: Window
  readonly filters: readonly TableFilter[]
  readonly onFilters: (filters: readonly TableFilter[]) => void
  /** The column whose statistics are shown. */
  readonly column: number | null
  readonly onColumn: (column: number | null) => void
}

export function Filters({ window, filters, onFilters, column, onColumn }: FiltersProps) {
  const [chosen, setChosen] = useState<Operation | null>(null)
  const [value, setValue] = useState('')
  const at = column ?? window.start
  const kind = window.columns[at - window.start]?.kind
  const operation = chosen ?? (kind === 'text' || kind === 'other' ? 'contains' : 'eq')
  const needsValue = operation !== 'missing' && operation !== 'present'
  const add = (event: FormEvent): void => {
    event.preventDefault()
    if (needsValue && value === '') return
    onFilters([...filters, { column: at, operation, value: needsValue ? value : '' }])
    setValue('')
  }
  return (
    <div className="table-filters">
      <form onSubmit={add}>
        <select
          className="field"
          aria-label={t('table.column')}
          value={column ?? ''}
          onChange={({ target }) => onColumn(target.value === '' ? null : Number(target.value))}
        >
          <option value="">{t('table.chooseColumn')}</option>
          {window.columns.map(({ name }, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: columns may have equal names
            <option key={`${place} ${name}`} value={window.start + place}>
              {name}
            </option>
          ))}
        </select>
        <select
          className="field"
          aria-label={t('table.operation')}
          value={operation}
          disabled={column === null}
          onChange={({ target }) => setChosen(FILTER_OPERATIONS.find((one) => one === target.value) ?? null)}
        >
          {FILTER_OPERATIONS.map((one) => (
            <option key={one} value={one}>
              {t(`table.operation.${one}`)}
            </option>
          ))}
        </select>
        {needsValue && (
          <input
            className="field"
            aria-label={t('table.value')}
            placeholder={t('table.value')}
            value={value}
            disabled={column === null}
            onChange={({ target }) => setValue(target.value)}
          />
        )}
        <button type="submit" className="button button-small" disabled={column === null}>
          {t('table.filter')}
        </button>
      </form>
      {filters.length > 0 && <InForce window={window} filters={filters} onFilters={onFilters} />}
    </div>
  )
}

function InForce({ window, filters, onFilters }: Pick<FiltersProps, 'window' | 'filters' | 'onFilters'>) {
  return (
    <ul className="table-in-force" aria-label={t('table.filters')}>
      {filters.map((one, place) => {
        const name = window.columns[one.column - window.start]?.name ?? String(one.column)
        const words = `${name} ${t(`table.operation.${one.operation}`)} ${one.value}`.trim()
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: equal filters are distinguished by their places
          <li key={`${place} ${words}`}>
            <button
              type="button"
              className="button button-small"
              aria-label={t('table.removeFilter', { filter: words })}
              onClick={() => onFilters(filters.filter((other) => other !== one))}
            >
              {words} <span aria-hidden="true">×</span>
            </button>
          </li>
        )
      })}
    </ul>
  )
}
