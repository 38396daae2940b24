/** Marks a run to be compared with another. */
import type { RunSummary } from '@yesterday/server/contract/run.ts'
import { t } from '../../../text/text.ts'

export function PickBox(props: {
  readonly run: RunSummary
  readonly picked: readonly string[]
  readonly onPick: (run: string) => void
}) {
  const { run } = props
  return (
    <input
      type="checkbox"
      className="run-pick"
      aria-label={t('log.pick', { title: run.title })}
      title={t('log.pickHint')}
      checked={props.picked.includes(run.run)}
      onChange={() => props.onPick(run.run)}
    />
  )
}
