/** One value: its card, and the viewer that fits it. It is read again when a run has written the variable. */
import { mayActAs } from '@yesterday/server/contract/route.ts'
import type { ValueHead } from '@yesterday/server/contract/variables.ts'
import { useEffect, useMemo, useState } from 'react'
import { useNotebook } from '../../access/context.ts'
import type { ValueProblem } from '../../session/values.ts'
import { useWatched } from '../../state/use-watched.ts'
import { liveTable } from '../../tables/live-table.ts'
import { problemWords } from '../../tables/problem-words.ts'
import { locale } from '../../text/locale.ts'
import { shapeText, sizeText } from '../../text/sizes.ts'
import { t } from '../../text/text.ts'
import { lazyPart } from '../../ui/lazy-part.tsx'
import { Picture } from './Picture.tsx'
import { ValueHistory } from './ValueHistory.tsx'
import { ValueTree } from './ValueTree.tsx'

const TableView = lazyPart(async () => (await import('../../tables/TableView.tsx')).TableView)

interface Target {
  readonly name: string
  readonly path: readonly number[]
}

export function ValueView({ name, path }: Target) {
  const { variables } = useNotebook()
  const known = useWatched(variables.state, (state) => state.variables.get(name))
  const [tries, setTries] = useState(0)
  return (
    <div className="value">
      <Card name={name} path={path} />
      <Loaded
        key={`${name} ${path.join('.')} ${known?.run} ${known?.preview} ${known?.shape} ${tries}`}
        name={name}
        path={path}
        onRetry={() => setTries((count) => count + 1)}
      />
      {path.length === 0 && <ValueHistory key={`${name} ${known?.run}`} name={name} />}
    </div>
  )
}

/** What the list says of it as well. */
function Card({ name, path }: Target) {
  const { variables } = useNotebook()
  const known = useWatched(variables.state, (state) => state.variables.get(name))
  if (known === undefined || path.length > 0) return null
  const parts = [
    known.type,
    known.shape === undefined ? '' : shapeText(known.shape, locale),
    known.size === undefined ? '' : sizeText(known.size, locale),
  ]
  return <p className="value-facts">{parts.filter((part) => part !== '').join(' · ')}</p>
}

function Loaded({ name, path, onRetry }: Target & { readonly onRetry: () => void }) {
  const { values } = useNotebook()
  const [head, setHead] = useState<ValueHead | ValueProblem | null>(null)
  useEffect(() => {
    let isOld = false
    void values.head({ name, path, fixed: [] }).then((answer) => {
      if (!isOld) setHead(answer.ok ? answer.value : answer)
    })
    return () => {
      isOld = true
    }
  }, [values, name, path])
  if (head === null) return <p className="variables-note">{t('app.loading')}</p>
  if ('ok' in head) {
    return (
      <div className="value-problem" role="alert">
        <p>{problemWords(head)}</p>
        <button type="button" className="button button-small" onClick={onRetry}>
          {t('app.retry')}
        </button>
      </div>
    )
  }
  return <Form name={name} path={path} head={head} />
}

function Form({ name, path, head }: Target & { readonly head: ValueHead }) {
  switch (head.form) {
    case 'table':
    case 'module':
    case 'array':
      return <Rows name={name} path={path} head={head} />
    case 'tree':
      return <ValueTree name={name} path={path} />
    case 'image':
      return <Picture place={{ name, path, fixed: [] }} />
    case 'text':
      return <Text head={head} />
    case 'none':
      return <pre className="value-text">{head.entry.preview ?? head.entry.type}</pre>
  }
}

function Text({ head: { text = '', count = 0 } }: { readonly head: ValueHead }) {
  return (
    <>
      <pre className="value-text">{text}</pre>
      {count > text.length && (
        <p className="variables-note">{t('value.textCut', { shown: text.length, count })}</p>
      )}
    </>
  )
}

/** A table; of an array the slice at places of its first axes, and the picture of that. */
function Rows({ name, path, head }: Target & { readonly head: ValueHead }) {
  const { values, opened } = useNotebook()
  const axes = head.axes ?? []
  const mayCompute = mayActAs(opened.role, 'runner')
  const [fixed, setFixed] = useState<readonly number[]>(() => axes.map(() => 0))
  const [isPicture, setPicture] = useState(false)
  const source = useMemo(
    () => liveTable(values, { name, path, fixed }, head, mayCompute),
    [values, name, path, fixed, head, mayCompute],
  )
  return (
    <>
      {axes.length > 0 && mayCompute && <Axes axes={axes} fixed={fixed} onFixed={setFixed} />}
      {head.picture === true && mayCompute && (
        <button
          type="button"
          className="button button-small value-switch"
          aria-pressed={isPicture}
          onClick={() => setPicture(!isPicture)}
        >
          {t('value.asPicture')}
        </button>
      )}
      {isPicture ? <Picture place={{ name, path, fixed }} /> : <TableView source={source} />}
    </>
  )
}

function Axes(props: {
  readonly axes: readonly number[]
  readonly fixed: readonly number[]
  readonly onFixed: (fixed: readonly number[]) => void
}) {
  const { axes, fixed, onFixed } = props
  return (
    <div className="value-axes">
      {axes.map((length, axis) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: an axis is its place
        <label key={axis}>
          {t('value.axis', { axis })}
          <input
            type="number"
            className="field"
            min={0}
            max={Math.max(0, length - 1)}
            value={fixed[axis] ?? 0}
            onChange={({ target }) => {
              const place = Math.min(length - 1, Math.max(0, Math.trunc(target.valueAsNumber)))
              if (Number.isFinite(place)) onFixed(fixed.map((one, other) => (other === axis ? place : one)))
            }}
          />
          <span>{t('value.ofAxis', { count: length })}</span>
        </label>
      ))}
    </div>
  )
}
