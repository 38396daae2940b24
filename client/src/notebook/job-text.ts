/** pure. What is said of the job of a cluster that a kernel waits for or runs in. */

import { byLocale } from '@yesterday/server/contract/by-locale.ts'
import type { SessionView } from '@yesterday/server/contract/session.ts'
import { t } from '../text/text.ts'
import { relativeTime } from '../ui/time.ts'

export type Allocation = NonNullable<SessionView['kernel']['allocation']>
export type WaitingFor = NonNullable<SessionView['kernel']['waiting']>

const clock = byLocale((locale) => new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit' }))
const dated = byLocale(
  (locale) => new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' }),
)

/** Slurm's words for common reasons; others are shown as they are. */
const REASONS = {
  Priority: 'slurm.reason.Priority',
  Resources: 'slurm.reason.Resources',
  Dependency: 'slurm.reason.Dependency',
  BeginTime: 'slurm.reason.BeginTime',
  JobHeldUser: 'slurm.reason.JobHeldUser',
  JobHeldAdmin: 'slurm.reason.JobHeldAdmin',
} as const
const isReason = (word: string): word is keyof typeof REASONS => Object.hasOwn(REASONS, word)

/** What a start waits for, in the page's language; the server's own words for a code that this page does not know. */
export function waitingText({ code, values, text }: WaitingFor, now: number, locale: string): string {
  const at = (name: string): string => values[name] ?? ''
  const [title, job] = [at('title'), at('job')]
  if (code === 'slurm.submitted') return t('slurm.submitted', { title })
  if (code === 'slurm.starting') return t('slurm.starting', { job, node: at('node') })
  if (code === 'slurm.unread') return t('slurm.unread', { title, problem: at('problem') })
  if (code !== 'slurm.queued') return text
  const parts = [t('slurm.queued', { job, title })]
  if (at('position') !== '') parts.push(t('slurm.place', { position: at('position'), count: at('count') }))
  const reason = at('reason')
  if (isReason(reason)) parts.push(t(REASONS[reason]))
  else if (reason !== '') parts.push(t('slurm.reason', { reason }))
  const startsAt = at('startsAt')
  if (Date.parse(startsAt) > now)
    parts.push(t('slurm.expected', { when: relativeTime(startsAt, now, locale) }))
  return parts.join(' ')
}

/** The job that the kernel runs in, for the menu. */
export function jobLine({ job, node, limits, endsAt }: Allocation, locale: string): string {
  const values = { job, node: node ?? '?', limits: limits || '-' }
  if (endsAt === null) return t('slurm.job', values)
  const end = new Date(endsAt)
  const isToday = end.toDateString() === new Date().toDateString()
  return t('slurm.until', { ...values, when: (isToday ? clock : dated)(locale).format(end) })
}
