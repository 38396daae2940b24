/** The places of a variable, to go to one; or its rename, with what changes before it does. */
import './names.css'
import { useMemo, useState } from 'react'
import type { AllNames, Place } from '../../names/definition.ts'
import { type PlannedRename, planRename } from '../../names/rename.ts'
import { t } from '../../text/text.ts'
import { Dialog } from '../../ui/Dialog.tsx'
import { notify } from '../../ui/notices.ts'
import { changeSources } from '../change-sources.ts'
import type { Notebook } from '../notebook.ts'
import { hideNames, namedCells, type ShownNames } from './names.ts'

interface Shown {
  readonly notebook: Notebook
  readonly shown: ShownNames
}

export function NamesDialog(props: Shown) {
  return props.shown.kind === 'rename' ? <Rename {...props} /> : <References {...props} />
}

function References({ notebook, shown: { all, found } }: Shown) {
  const { name, references } = found
  return (
    <Dialog title={t('names.references', { name })} wide onClose={hideNames}>
      <p className="names-note" role="status">
        {t('names.places', { count: references.length })}
      </p>
      <Places
        notebook={notebook}
        all={all}
        places={references}
        onGo={(place) => {
          hideNames()
          notebook.reveal(place.cell, 'edit', place.from)
        }}
      />
    </Dialog>
  )
}

function Rename({ notebook, shown: { all, found } }: Shown) {
  const [text, setText] = useState(found.name)
  const next = text.trim()
  const plan = useMemo(() => planRename(all, found, next), [all, found, next])
  return (
    <Dialog
      title={t('names.rename', { name: found.name })}
      wide
      {...(plan.ok && { action: t('names.renameAction') })}
      onClose={hideNames}
      onAction={() => {
        if (plan.ok) rename(notebook, all, plan.sources)
      }}
    >
      <label>
        {t('names.newName')}
        <input
          className="field"
          autoFocus
          spellCheck={false}
          autoComplete="off"
          autoCapitalize="off"
          maxLength={200}
          value={text}
          onFocus={(event) => event.target.select()}
          onChange={(event) => setText(event.target.value)}
        />
      </label>
      <p className="names-note" role="status">
        {plan.ok
          ? t('names.changes', { count: plan.places.length, cells: plan.sources.length })
          : problemWords(notebook, plan, next)}
      </p>
      {plan.ok && <Places notebook={notebook} all={all} places={plan.places} onGo={null} />}
      {plan.ok && plan.unchanged.length > 0 && (
        <>
          <h3>{t('names.unchanged')}</h3>
          <Places notebook={notebook} all={all} places={plan.unchanged} onGo={null} />
        </>
      )}
    </Dialog>
  )
}

/** Another person may have edited meanwhile: then nothing is changed. */
function rename(
  notebook: Notebook,
  all: AllNames,
  sources: readonly { readonly id: string; readonly source: string }[],
): void {
  hideNames()
  const now = new Map(namedCells(notebook).map(({ id, source }) => [id, source]))
  if (all.some(({ id, source }) => now.get(id) !== source) || now.size !== all.length) {
    notify('warning', t('names.edited'))
    return
  }
  changeSources(notebook, sources)
}

function problemWords(
  notebook: Notebook,
  { why, cell }: Extract<PlannedRename, { ok: false }>,
  name: string,
): string {
  const place = cell === null ? null : notebook.placeOf(cell)
  return t(`names.why.${why}`, { name, cell: place ?? '' })
}

function Places(props: {
  readonly notebook: Notebook
  readonly all: AllNames
  readonly places: readonly Place[]
  readonly onGo: ((place: Place) => void) | null
}) {
  const { notebook, all, places, onGo } = props
  const sources = new Map(all.map(({ id, source }) => [id, source]))
  return (
    <ul className="names-places">
      {places.map((place) => {
        const line = lineOf(sources.get(place.cell) ?? '', place)
        const where = t('names.place', { cell: notebook.placeOf(place.cell) ?? '?', line: line.number })
        const code = (
          <code>
            {line.before}
            <mark>{line.name}</mark>
            {line.after}
          </code>
        )
        return (
          <li key={`${place.cell} ${place.from}`}>
            {onGo === null ? (
              <>
                <span>{where}</span> {code}
              </>
            ) : (
              <button type="button" onClick={() => onGo(place)}>
                <span>{where}</span> {code}
              </button>
            )}
          </li>
        )
      })}
    </ul>
  )
}

/** The line that a place is in, cut at the place. */
function lineOf(source: string, { from, to }: Place) {
  const start = source.lastIndexOf('\n', from - 1) + 1
  const end = source.indexOf('\n', to)
  return {
    number: source.slice(0, start).split('\n').length,
    before: source.slice(start, from).trimStart().slice(-80),
    name: source.slice(from, to),
    after: source.slice(to, end === -1 ? undefined : end).slice(0, 120),
  }
}
