/** A run in short: its first line, how and when it ended, and a thumbnail of what it showed. */
import type { RunSummary } from '@yesterday/server/contract/run.ts'
import { t } from '../../../text/text.ts'
import { OutcomeMark } from '../../../ui/OutcomeMark.tsx'
import { Ran } from '../../../ui/Time.tsx'
import { shownForms } from '../receipt/output-forms.ts'
import { useReceipt } from '../receipt/receipts.ts'
import { StoredOutput } from '../receipt/StoredOutput.tsx'

export function RunCard({ run }: { readonly run: RunSummary | undefined }) {
  const receipt = useReceipt(run?.run ?? null)
  if (run === undefined) return null
  const [first] = receipt === null ? [] : shownForms(receipt.outputs)
  return (
    <div className="run-card">
      <code className="run-title">{run.title === '' ? t('history.noCode') : run.title}</code>
      <span className="run-line">
        <OutcomeMark outcome={run.outcome} />
        <span>
          <Ran run={run} />
        </span>
      </span>
      {first !== undefined && <StoredOutput output={first} />}
    </div>
  )
}
