/** pure. Parses the arguments of `yesterday log` into a query; a refusal names what was expected. */
import { z } from 'zod'
import type { LogFilter } from '../../contract/past.ts'
import { Outcome } from '../../contract/run.ts'
import { parseComparisons } from '../lineage/comparisons.ts'
import type { LogQuery } from '../store/ports.ts'
import type { Refusal } from './answer.ts'

/** The filters as commander gives them. */
export const FilterOptions = z.object({
  cell: z.string().optional(),
  session: z.string().optional(),
  actor: z.string().optional(),
  variable: z.string().optional(),
  file: z.string().optional(),
  tableName: z.string().optional(),
  model: z.string().optional(),
  text: z.string().optional(),
  since: z.string().optional(),
  until: z.string().optional(),
  outcome: z.string().optional(),
  where: z.array(z.string()).default([]),
  replays: z.boolean().default(false),
})
export type FilterOptions = z.infer<typeof FilterOptions>

/** `now` is the base of “2 days ago”. */
export function filterQuery(options: FilterOptions, now: Date): LogQuery | Refusal {
  const where = parseComparisons(options.where.join(' '))
  if (!where.ok) return bad(`"${where.word}" is no comparison`, 'Such as: --where "lr<0.01 acc>0.9"')
  const outcome = Outcome.optional().safeParse(options.outcome)
  if (!outcome.success)
    return bad(`"${options.outcome}" is no outcome`, `One of: ${Outcome.options.join(', ')}`)
  const times = timesOf(options, now)
  if ('exit' in times) return times
  return {
    ...named(options),
    ...times,
    ...(options.cell === undefined ? {} : { cellId: options.cell }),
    ...(options.session === undefined ? {} : { session: options.session }),
    ...(options.actor === undefined ? {} : { actor: options.actor }),
    ...(options.text === undefined ? {} : { text: options.text }),
    ...(outcome.data === undefined ? {} : { outcome: outcome.data }),
    ...(where.comparisons.length === 0 ? {} : { where: where.comparisons }),
    ...(options.replays ? { replays: true } : {}),
  }
}

function named({ variable, file, tableName, model }: FilterOptions): Pick<LogQuery, 'name' | 'kind'> {
  const options: readonly (readonly [NonNullable<LogFilter['kind']>, string | undefined])[] = [
    ['variable', variable],
    ['file', file],
    ['table', tableName],
    ['model', model],
  ]
  const [first] = options.flatMap(([kind, name]) => (name === undefined ? [] : [{ kind, name }]))
  return first ?? {}
}

function timesOf({ since, until }: FilterOptions, now: Date): Pick<LogQuery, 'since' | 'until'> | Refusal {
  const [from, to] = [timeOf(since, now), timeOf(until, now)]
  const wrong = from === null ? since : to === null ? until : undefined
  if (wrong !== undefined)
    return bad(`"${wrong}" is no time`, 'Such as: 2026-03-01, 2026-03-01T12:00, yesterday, 2h, 3d')
  return { ...(from ? { since: from } : {}), ...(to ? { until: to } : {}) }
}

const DAY = 24 * 60 * 60 * 1000
const spans: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: DAY, w: 7 * DAY }

/** Undefined where nothing is asked, null where it cannot be read. Days are the reader's own. */
export function timeOf(text: string | undefined, now: Date): string | null | undefined {
  if (text === undefined) return undefined
  const [, count, unit = ''] = /^(\d{1,6})([mhdw])$/.exec(text) ?? []
  if (count !== undefined) return new Date(now.getTime() - Number(count) * (spans[unit] ?? 0)).toISOString()
  const midnight = new Date(now.getFullYear(), now.getMonth(), now.getDate())
  if (text === 'today') return midnight.toISOString()
  if (text === 'yesterday') return new Date(midnight.getTime() - DAY).toISOString()
  if (!/^\d{4}-\d{2}-\d{2}/.test(text)) return null
  const time = new Date(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00` : text)
  return Number.isNaN(time.getTime()) ? null : time.toISOString()
}

const bad = (message: string, hint: string): Refusal => ({ code: 'bad-filter', message, hint, exit: 2 })
