/** Whether a repeated result is the same, by shape, colour and word together. */
import type { Verdict } from '@yesterday/server/contract/replay.ts'
import { t } from '../../../text/text.ts'

const shapes: Readonly<Record<Verdict, string>> = {
  identical: 'M3 6h10M3 10h10',
  equal: 'M3 7c2-3 4 2 6 0s3-2 4-1M3 11c2-3 4 2 6 0s3-2 4-1',
  different: 'M3 6h10M3 10h10M11 3 5 13',
  failed: 'M4 4l8 8M12 4l-8 8',
}
const outcomes = { identical: 'ok', equal: 'ok', different: 'aborted', failed: 'error' } as const

export function VerdictMark({ verdict }: { readonly verdict: Verdict }) {
  return (
    <span className={`outcome outcome-${outcomes[verdict]}`}>
      <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
        <path d={shapes[verdict]} />
      </svg>
      {t(`verdict.${verdict}`)}
    </span>
  )
}
