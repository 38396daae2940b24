/** The child processes of a run: how many, which ranks, and of each what it did and how it ended. */
import { workerFacts, workersNote } from '@yesterday/server/contract/receipt-words.ts'
import type { Edge } from '@yesterday/server/contract/run.ts'
import { touchedBy, type Worker, workersOf } from '@yesterday/server/contract/workers.ts'
import { say, t } from '../../../text/text.ts'

export function Workers({ edge }: { readonly edge: Edge }) {
  const note = workersNote(edge, say)
  if (touchedBy(edge).length > 0) return <small> · {note}</small>
  const workers = workersOf(edge)
  if (workers.length === 0) return null
  return (
    <details className="receipt-workers" open={workers.some(({ error }) => error !== undefined)}>
      <summary>{note ?? t('worker.count', { count: 0 })}</summary>
      <ul>
        {workers.map((worker) => (
          <WorkerLine key={worker.worker} worker={worker} />
        ))}
      </ul>
    </details>
  )
}

function WorkerLine({ worker }: { readonly worker: Worker }) {
  const { error } = worker
  const facts = workerFacts(worker, say)
  return (
    <li>
      <strong>{t('worker.one', { worker: worker.worker })}</strong>
      {worker.name !== undefined && (
        <>
          {' '}
          <code>{worker.name}</code>
        </>
      )}
      {facts.map((fact, index) => (
        <small
          key={fact}
          className={index === facts.length - 1 && hasFailed(worker) ? 'receipt-changed' : ''}
        >
          {' '}
          · {fact}
        </small>
      ))}
      {error !== undefined && <pre>{error.traceback}</pre>}
    </li>
  )
}

const hasFailed = ({ ended, exitCode, role, error }: Worker): boolean =>
  error !== undefined ||
  (exitCode ?? 0) !== 0 ||
  (ended === 'lost' && (role === 'process' || role === 'program'))
