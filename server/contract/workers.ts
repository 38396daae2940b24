/**
 * pure. The child processes of a run, as the edge of what started them has them in its facets. The kernel wrote them, so
 * each is parsed; what cannot be read is left out.
 */
import { z } from 'zod'
import type { Edge } from './run.ts'

const Worker = z.object({
  /** Its number within the run: `2`, or `2.1` for one that worker 2 started. */
  worker: z.string().max(200),
  /** How it was started, `program`, or what it works for: `pool`, or the pool of a library, `dask`. */
  role: z
    .string()
    .regex(/^[a-z]{1,32}$/)
    .catch('process'),
  /** As Python names it: `ForkPoolWorker-1`. */
  name: z.string().max(200).optional(),
  /** Of a distributed run, as torchrun numbers it. */
  rank: z.number().int().nonnegative().optional(),
  /** `lost`: it ended without writing that it did, as a killed one does. */
  ended: z.enum(['exited', 'running', 'lost']).catch('lost'),
  exitCode: z.number().int().optional(),
  error: z.object({ ename: z.string(), evalue: z.string(), traceback: z.string() }).optional(),
  /** How many files. */
  read: z.number().int().nonnegative().catch(0),
  written: z.number().int().nonnegative().catch(0),
})
export type Worker = z.infer<typeof Worker>

const MOST = 64

/** The workers of a started program, in the order in which they were started; none for other edges. */
export function workersOf({ kind, facets }: Pick<Edge, 'kind' | 'facets'>): readonly Worker[] {
  const listed = kind === 'subprocess' ? facets?.workers : null
  if (!Array.isArray(listed)) return []
  return listed.slice(0, MOST).flatMap((one) => Worker.safeParse(one).data ?? [])
}

/** The numbers of the workers that touched a file or another thing; none if the run's own process did alone. */
export function touchedBy({ kind, facets }: Pick<Edge, 'kind' | 'facets'>): readonly string[] {
  const listed = kind === 'subprocess' ? null : facets?.workers
  return Array.isArray(listed) ? listed.filter((one) => typeof one === 'string').slice(0, MOST) : []
}

/** "0–3" for 0, 1, 2 and 3; "0, 2" for ranks with gaps. Null where no worker has a rank. */
export function ranksOf(workers: readonly Worker[]): string | null {
  const ranks = workers.flatMap(({ rank }) => rank ?? []).sort((one, other) => one - other)
  const [first, last] = [ranks[0], ranks.at(-1)]
  if (first === undefined || last === undefined) return null
  if (first === last) return `${first}`
  return last - first === ranks.length - 1 ? `${first}–${last}` : ranks.join(', ')
}

/** Those that did the run's work: a server that only forks others is none of them. */
export const workingOf = (workers: readonly Worker[]): readonly Worker[] =>
  workers.filter(({ role }) => role !== 'server')
