/**
 * The mark of a cell that no longer shows what it would show if it ran now: a shape and a word, the reasons in full
 * when asked, and what to do about it. Invariant: no mark while the cell runs or waits, and none on a cell that never
 * showed anything.
 */
import './stale.css'
import type { StaleCell, StaleReason } from '@yesterday/server/contract/stale.ts'
import { useId, useRef } from 'react'
import { useNotebook } from '../../../access/context.ts'
import { useOrder } from '../../../access/use-order.ts'
import { useKeyed } from '../../../state/use-watched.ts'
import { t } from '../../../text/text.ts'
import { staleSentence, staleShapes, staleWord } from './stale-words.ts'

/** `shows`: whether the cell shows the result of a run. */
export function StaleBadge({ id, shows }: { readonly id: string; readonly shows: boolean }) {
  const { stale, runs, placeOf, runStale } = useNotebook()
  const found = useKeyed(stale, id)
  const busy = useKeyed(runs, id) !== undefined
  const first = found?.reasons[0]
  if (first === undefined || busy || (first.kind === 'unknown' && !shows)) return null
  return <Badge stale={found} first={first} placeOf={placeOf} onRunStale={runStale} />
}

function Badge(props: {
  readonly stale: StaleCell | undefined
  readonly first: StaleReason
  readonly placeOf: (cell: string) => number | null
  readonly onRunStale: () => void
}) {
  const { first, placeOf } = props
  useOrder()
  const id = useId()
  const button = useRef<HTMLButtonElement>(null)
  const card = useRef<HTMLDivElement>(null)
  const reasons = props.stale?.reasons ?? []
  const sentences = reasons.map((reason) => staleSentence(reason, placeOf))
  return (
    <div className="stale">
      <button
        ref={button}
        type="button"
        className={`stale-badge stale-${first.kind}`}
        title={sentences.join('\n')}
        aria-label={`${t('stale.label')} ${sentences.join(' ')}`}
        popoverTarget={id}
      >
        <svg viewBox="0 0 16 16" width="13" height="13" aria-hidden="true">
          <path d={staleShapes[first.kind]} />
        </svg>
        {staleWord(first)}
      </button>
      <div
        ref={card}
        id={id}
        className="stale-card"
        popover="auto"
        onToggle={(event) => {
          if (event.nativeEvent.newState === 'open') place(card.current, button.current)
        }}
      >
        <Reasons {...props} reasons={reasons} onDone={() => card.current?.hidePopover()} />
      </div>
    </div>
  )
}

function Reasons(props: {
  readonly reasons: readonly StaleReason[]
  readonly placeOf: (cell: string) => number | null
  readonly onRunStale: () => void
  readonly onDone: () => void
}) {
  const { past, commands, opened } = useNotebook()
  return (
    <>
      <strong>{t('stale.title')}</strong>
      <ul>
        {props.reasons.map((reason) => (
          <li key={JSON.stringify(reason)}>
            {staleSentence(reason, props.placeOf)}
            {'run' in reason && (
              <button
                type="button"
                className="past-link"
                onClick={() => {
                  props.onDone()
                  past.go({ at: 'receipt', run: reason.run })
                }}
              >
                {t('stale.seeRun')}
              </button>
            )}
            {reason.kind === 'upstream' && (
              <button
                type="button"
                className="past-link"
                onClick={() => {
                  props.onDone()
                  commands.reveal(reason.cell)
                }}
              >
                {t('stale.goto')}
              </button>
            )}
          </li>
        ))}
      </ul>
      {opened.mayRun && (
        <button
          type="button"
          className="button button-small"
          onClick={() => {
            props.onDone()
            props.onRunStale()
          }}
        >
          {t('stale.run')}
        </button>
      )}
    </>
  )
}

function place(card: HTMLElement | null, button: HTMLElement | null): void {
  if (card === null || button === null) return
  const { bottom, left } = button.getBoundingClientRect()
  const { width, height } = card.getBoundingClientRect()
  card.style.top = `${Math.max(8, Math.min(bottom + 4, innerHeight - height - 8))}px`
  card.style.left = `${Math.max(8, Math.min(left, innerWidth - width - 8))}px`
}
