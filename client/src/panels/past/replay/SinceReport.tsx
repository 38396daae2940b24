/** The answer of "since it worked": in a sentence, then each change with its diff, then the proof. */
import './since.css'
import type { Cause, SinceReport as Report } from '@yesterday/server/contract/replay.ts'
import { causeName, sinceHeadline } from '@yesterday/server/contract/replay-words.ts'
import { useNotebook } from '../../../access/context.ts'
import { say, t } from '../../../text/text.ts'
import { CauseDetail } from './CauseDetail.tsx'
import { IsolationNote } from './Isolation.tsx'
import { Trials } from './Trials.tsx'

export function SinceReport({ report }: { readonly report: Report }) {
  const { past } = useNotebook()
  const { causes, proof, good, bad } = report
  const explanation = new Set(proof?.explanation ?? [])
  return (
    <>
      <p className="receipt-lead" role="status">
        {sinceHeadline(report, say)}
      </p>
      <button
        type="button"
        className="receipt-link"
        onClick={() => past.go({ at: 'compare', left: good, right: bad })}
      >
        {t('since.compare')}
      </button>
      {proof !== null && (
        <section>
          <h3>{t('since.trials')}</h3>
          <Trials trials={proof.trials} causes={causes} />
          {proof.isolation !== null && <IsolationNote isolation={proof.isolation} />}
        </section>
      )}
      {causes.length > 0 && (
        <section>
          <h3>{t('since.causes')}</h3>
          <ol className="again-steps">
            {causes.map((cause) => (
              <CauseLine key={cause.id} cause={cause} isProved={explanation.has(cause.id)} />
            ))}
          </ol>
        </section>
      )}
    </>
  )
}

function CauseLine({ cause, isProved }: { readonly cause: Cause; readonly isProved: boolean }) {
  return (
    <li data-proved={isProved}>
      <span className="run-line">
        <strong>{causeName(cause, say)}</strong>
        {isProved && <span className="outcome outcome-ok">{t('since.proved')}</span>}
      </span>
      <CauseDetail cause={cause} />
      {!cause.provable && cause.whyNot !== null && <small>{cause.whyNot}</small>}
    </li>
  )
}
