/** How a run ended, by shape, colour and word together. */
import './outcome.css'
import type { Outcome } from '@yesterday/server/contract/run.ts'
import { t } from '../text/text.ts'

/** The shape of each outcome, on a field of 16 by 16. */
export const outcomeShapes: Readonly<Record<Outcome, string>> = {
  ok: 'M3 8.5 6.5 12 13 4.5',
  error: 'M4 4l8 8M12 4l-8 8',
  aborted: 'M4 4h8v8H4z',
  died: 'M8 2l6 11H2zM8 6v3M8 11v.5',
}

/** The mark with its word. */
export function OutcomeMark({ outcome }: { readonly outcome: Outcome }) {
  return (
    <span className={`outcome outcome-${outcome}`}>
      <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
        <path d={outcomeShapes[outcome]} />
      </svg>
      {t(`outcome.${outcome}`)}
    </span>
  )
}
