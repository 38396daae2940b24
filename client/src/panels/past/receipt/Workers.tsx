/** The child processes of a run: how many, which ranks, and of each what it did and how it ended. */
import type { Edge } from '@yesterday/server/contract/run.ts'
import { ranksOf, touchedBy, type Worker, workersOf, workingOf } from '@yesterday/server/contract/workers.ts'
import { t } from '../../../text/text.ts'

export function Workers({ edge }: { readonly edge: Edge }) {
  const touched = touchedBy(edge)
  if (touched.length > 0)
    return <small> · {t('worker.touched', { count: touched.length, workers: touched.join(', ') })}</small>
  const workers = workersOf(edge)
  if (workers.length === 0) return null
  return (
    <details className="receipt-workers" open={workers.some(({ error }) => error !== undefined)}>
      <summary>{summaryOf(workers)}</summary>
      <ul>
        {workers.map((worker) => (
          <WorkerLine key={worker.worker} worker={worker} />
        ))}
      </ul>
    </details>
  )
}

/** "4 workers, ranks 0–3". */
function summaryOf(workers: readonly Worker[]): string {
  const working = workingOf(workers)
  const ranks = ranksOf(working)
  const count = t('worker.count', { count: working.length })
  return ranks === null ? count : t('worker.ranks', { workers: count, ranks, count: working.length })
}

function WorkerLine({ worker }: { readonly worker: Worker }) {
  const { error } = worker
  return (
    <li>
      <strong>{t('worker.one', { worker: worker.worker })}</strong>
      {worker.name !== undefined && (
        <>
          {' '}
          <code>{worker.name}</code>
        </>
      )}
      {worker.rank !== undefined && <small> · {t('worker.rank', { rank: worker.rank })}</small>}
      <small> · {t('worker.files', { read: worker.read, written: worker.written })}</small>
      <small className={hasFailed(worker) ? 'receipt-changed' : ''}> · {endOf(worker)}</small>
      {error !== undefined && <pre>{error.traceback}</pre>}
    </li>
  )
}

const hasFailed = ({ ended, exitCode, role, error }: Worker): boolean =>
  error !== undefined ||
  (exitCode ?? 0) !== 0 ||
  (ended === 'lost' && (role === 'process' || role === 'program'))

const endOf = ({ ended, exitCode }: Worker): string =>
  exitCode === undefined ? t(`worker.ended.${ended}`) : t('receipt.exitCode', { code: exitCode })
