/** Who did what in the notebook, newest first. Each line leads to what it names. */
import './activity.css'
import type { ActivityEntry } from '@yesterday/server/contract/activity.ts'
import { Role } from '@yesterday/server/contract/route.ts'
import type { ReactNode } from 'react'
import { type NotebookAccess, useNotebook } from '../../../access/context.ts'
import { locale } from '../../../text/locale.ts'
import { t } from '../../../text/text.ts'
import { MessageSquare, Pencil, Pin, RotateCw, TriangleAlert, UserPlus } from '../../../ui/icons.ts'
import { ProblemBox } from '../../../ui/Problem.tsx'
import { Time } from '../../../ui/Time.tsx'
import { useActivity } from './useActivity.ts'

export function Activity() {
  const { state, refresh, older } = useActivity()
  const { entries, next, problem, isLoading } = state
  return (
    <div className="activity" aria-busy={isLoading}>
      {problem !== null && (
        <div className="history-note">
          <ProblemBox title={t('activity.failed')} problem={problem} onRetry={refresh} />
        </div>
      )}
      {isLoading && <p className="history-note">{t('app.loading')}</p>}
      {!isLoading && problem === null && entries.length === 0 && (
        <div className="history-note">
          <strong>{t('activity.empty')}</strong>
          <p>{t('activity.emptyHint')}</p>
        </div>
      )}
      <Days entries={entries} />
      {next !== null && (
        <div className="history-note">
          <button type="button" className="button" onClick={older}>
            {t('activity.older')}
          </button>
        </div>
      )}
    </div>
  )
}

function Days({ entries }: { readonly entries: readonly ActivityEntry[] }) {
  const days = Map.groupBy(entries, ({ at }) => new Date(at).toDateString())
  return [...days].map(([day, ofDay]) => (
    <section key={day} aria-label={dayText(ofDay[0]?.at ?? day)}>
      <h3 className="activity-day">{dayText(ofDay[0]?.at ?? day)}</h3>
      <ol className="activity-list">
        {ofDay.map((entry) => (
          <li key={entry.id} className="activity-entry" data-kind={entry.kind}>
            <Line entry={entry} />
          </li>
        ))}
      </ol>
    </section>
  ))
}

const dayText = (iso: string): string => new Date(iso).toLocaleDateString(locale, { dateStyle: 'full' })

function Line({ entry }: { readonly entry: ActivityEntry }) {
  const access = useNotebook()
  const open = opening(entry, access)
  const content = (
    <>
      <span className="activity-icon">{iconOf(entry)}</span>
      <span className="activity-what">{wordsOf(entry)}</span>
      <span className="activity-detail">{detailOf(entry, access)}</span>
      <span className="activity-when">
        <Time iso={entry.at} />
      </span>
    </>
  )
  if (open === null) return <div className="activity-line">{content}</div>
  return (
    <button type="button" className="activity-line" onClick={open}>
      {content}
    </button>
  )
}

/** What a click does; null where there is nothing to lead to any more. */
function opening(entry: ActivityEntry, access: NotebookAccess): (() => void) | null {
  const { past, commands, placeOf } = access
  switch (entry.kind) {
    case 'runs':
      return () => past.go({ at: 'receipt', run: entry.run })
    case 'checkpoint':
      return () => past.go({ at: 'checkpoint', checkpoint: entry.checkpoint })
    case 'comment':
    case 'resolved':
      return () => commands.showThread(entry.thread)
    case 'edits': {
      const cell = entry.cells.findLast((id) => placeOf(id) !== null)
      return cell === undefined ? null : () => commands.reveal(cell)
    }
    case 'access':
      return null
  }
}

function iconOf(entry: ActivityEntry): ReactNode {
  const size = 16
  if (entry.kind === 'edits') return <Pencil size={size} />
  if (entry.kind === 'runs')
    return entry.failed > 0 ? <TriangleAlert size={size} /> : <RotateCw size={size} />
  if (entry.kind === 'checkpoint') return <Pin size={size} />
  return entry.kind === 'access' ? <UserPlus size={size} /> : <MessageSquare size={size} />
}

function wordsOf(entry: ActivityEntry): string {
  const { name } = entry.by
  switch (entry.kind) {
    case 'edits':
      return t('activity.edits', { name, count: entry.count })
    case 'runs':
      return entry.failed === 0
        ? t('activity.runs', { name, count: entry.count })
        : t('activity.runsFailed', { name, count: entry.count, failed: entry.failed })
    case 'comment':
      return t(entry.isReply ? 'activity.reply' : 'activity.comment', { name })
    case 'resolved':
      return t('activity.resolved', { name })
    case 'checkpoint':
      return t(entry.why === null ? 'activity.checkpoint' : `activity.${entry.why}`, { name })
    case 'access':
      return t(`activity.${entry.action}`, { name, person: entry.person, role: roleText(entry.role) })
  }
}

function roleText(role: string): string {
  const known = Role.safeParse(role)
  return known.success ? t(`role.${known.data}`) : role
}

function detailOf(entry: ActivityEntry, { placeOf }: NotebookAccess): string {
  if (entry.kind === 'comment' || entry.kind === 'resolved') return entry.text
  if (entry.kind === 'runs') return entry.title
  if (entry.kind === 'checkpoint') return entry.name
  if (entry.kind !== 'edits') return ''
  const places = entry.cells.flatMap((id) => placeOf(id) ?? []).sort((one, other) => one - other)
  const numbers = `${places.slice(0, MOST_PLACES).join(', ')}${places.length > MOST_PLACES ? ', …' : ''}`
  return places.length === 0 ? t('activity.gone') : t('activity.cells', { numbers, count: places.length })
}
const MOST_PLACES = 8
