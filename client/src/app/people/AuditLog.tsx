/** The audit log, for owners: who did what, newest first. */
import type { AuditEntry } from '@yesterday/server/contract/audit.ts'
import { useState } from 'react'
import { t } from '../../text/text.ts'
import { Dialog } from '../../ui/Dialog.tsx'
import { notify } from '../../ui/notices.ts'
import { ProblemBox } from '../../ui/Problem.tsx'
import { Time } from '../../ui/Time.tsx'
import './people.css'
import { useLoaded } from '../../api/use-loaded.ts'
import { peopleApi } from './people-api.ts'

const newest = (signal?: AbortSignal) => peopleApi.audit(null, signal)

export function AuditLog({ onClose }: { readonly onClose: () => void }) {
  const log = useLoaded(newest)
  const [older, setOlder] = useState<readonly AuditEntry[]>([])
  const [isAll, setAll] = useState(false)
  const entries = [...(log.value ?? []), ...older]
  const last = entries.at(-1)
  const more = async (): Promise<void> => {
    const answer = await peopleApi.audit(last?.at ?? null)
    if (!answer.ok) return notify('warning', answer.problem.message, answer.problem.hint)
    setAll(answer.value.length === 0)
    setOlder([...older, ...answer.value])
  }
  return (
    <Dialog title={t('audit.title')} wide onClose={onClose}>
      {log.problem !== null && <ProblemBox problem={log.problem} onRetry={log.again} />}
      {log.value === null && log.problem === null && <p role="status">{t('app.loading')}</p>}
      {log.value?.length === 0 && <p>{t('audit.none')}</p>}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a part that scrolls is reached by keyboard */}
      <section className="audit-frame" tabIndex={0} aria-label={t('audit.title')}>
        <table className="audit">
          <tbody>
            {entries.map((entry, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: entries are only appended
              <tr key={index}>
                <td>
                  <Time iso={entry.at} />
                </td>
                <td>{entry.by?.name ?? entry.address ?? ''}</td>
                <td>
                  {t(`audit.${entry.action}`)} <small>{aboutOf(entry)}</small>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        {last !== undefined && !isAll && (
          <button type="button" className="button button-small" onClick={() => void more()}>
            {t('audit.more')}
          </button>
        )}
      </section>
    </Dialog>
  )
}

/** Names and values as they are recorded: they are the same in every language. */
const aboutOf = ({ about }: AuditEntry): string =>
  Object.entries(about)
    .filter(([name, value]) => value !== '' && name !== 'personId' && name !== 'invitation')
    .map(([name, value]) => `${name}: ${value}`)
    .join(', ')
