/** pure. What `squeue` and `sinfo` print. Invariant: a line that is not of the form that was asked for is left out. */

/** Characters of output that are read. */
export const OUTPUT_LIMIT = 4 * 1024 * 1024

const ENDS: ReadonlySet<string> = new Set([
  ...['BOOT_FAIL', 'CANCELLED', 'COMPLETED', 'DEADLINE', 'FAILED', 'NODE_FAIL', 'OUT_OF_MEMORY'],
  ...['PREEMPTED', 'REVOKED', 'TIMEOUT', 'LAUNCH_FAILED'],
])
const WAITS: ReadonlySet<string> = new Set([
  'PENDING',
  'REQUEUED',
  'REQUEUE_HOLD',
  'SPECIAL_EXIT',
  'RESV_DEL_HOLD',
])

/** One job of the user. */
export interface JobView {
  readonly id: string
  /** In Slurm's words: `PENDING`, `RUNNING`, `TIMEOUT`. */
  readonly state: string
  /** Why it waits, or how it ended, in Slurm's words; null where it says none. */
  readonly reason: string | null
  readonly node: string | null
  /** Seconds since 1970: when it began, or is expected to. */
  readonly startsAt: number | null
  /** Seconds until its time limit; null where there is none. */
  readonly left: number | null
  readonly limit: number | null
  readonly partition: string
  readonly name: string
  readonly comment: string
}

export const hasEnded = ({ state }: Pick<JobView, 'state'>): boolean => ENDS.has(state)
export const isWaiting = ({ state }: Pick<JobView, 'state'>): boolean =>
  WAITS.has(state) || state === 'CONFIGURING'
export const isRunning = ({ state }: Pick<JobView, 'state'>): boolean =>
  state === 'RUNNING' || state === 'SUSPENDED'

const NONE: readonly string[] = ['', 'None', '(null)', 'N/A', 'n/a']
const text = (field: string | undefined): string | null =>
  field === undefined || NONE.includes(field) ? null : field.slice(0, 500)

/** The jobs of `queueWords`. */
export function readQueue(output: string): readonly JobView[] {
  return output.split('\n').flatMap((line) => {
    const [id, state, reason, node, starts, left, limit, partition, name, ...comment] = line.split('|')
    if (comment.length === 0 || !/^\d{1,12}$/.test(id ?? '') || !/^[A-Z_]{1,40}$/.test(state ?? '')) return []
    const view: JobView = {
      id: id ?? '',
      state: state ?? '',
      reason: text(reason),
      node: text(node),
      startsAt: /^\d{1,12}$/.test(starts ?? '') ? Number(starts) : null,
      left: secondsOf(left ?? ''),
      limit: secondsOf(limit ?? ''),
      partition: partition ?? '',
      name: name ?? '',
      comment: comment.join('|'),
    }
    return [view]
  })
}

/** Seconds of `D-HH:MM:SS` and its shorter forms; null for `UNLIMITED` and the like. */
export function secondsOf(word: string): number | null {
  const read = /^(?:(\d{1,5})-)?(?:(?:(\d{1,3}):)?(\d{1,3}):)?(\d{1,3})$/.exec(word)
  if (read === null) return null
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = read.slice(1).map((part) => Number(part ?? 0))
  return ((days * 24 + hours) * 60 + minutes) * 60 + seconds
}

/** The place among those that wait, from 1; null where it is not among them. */
export function placeIn(
  output: string,
  job: string,
): { readonly position: number; readonly count: number } | null {
  const ids = output.split('\n').filter((line) => line !== '')
  const at = ids.indexOf(job)
  return at < 0 ? null : { position: at + 1, count: ids.length }
}

/** A partition as the menu shows it. */
export interface Partition {
  readonly name: string
  readonly isDefault: boolean
  readonly isUp: boolean
  /** As Slurm writes it: `1:00:00`, `infinite`. */
  readonly timeLimit: string
  readonly idleNodes: number
  readonly nodes: number
  /** Of each node: `64`, `32+`. */
  readonly cpus: string
  /** MB of each node. */
  readonly memory: string
  /** GPUs and the like: `gpu:a100:4`; null where it has none. */
  readonly gres: string | null
}

/** The partitions of `partitionWords`. */
export function readPartitions(output: string): readonly Partition[] {
  return output.split('\n').flatMap((line) => {
    const [name = '', available, timeLimit = '', nodes = '', cpus = '', memory = '', gres] = line.split('|')
    const counts = /^(\d+)\/(\d+)\/(\d+)\/(\d+)$/.exec(nodes)
    const bare = name.replace(/\*$/, '')
    if (counts === null || !/^\w[\w.-]{0,63}$/.test(bare)) return []
    return [
      {
        name: bare,
        isDefault: bare !== name,
        isUp: available === 'up',
        timeLimit: timeLimit.slice(0, 40),
        idleNodes: Number(counts[2]),
        nodes: Number(counts[4]),
        cpus: cpus.slice(0, 20),
        memory: memory.slice(0, 20),
        gres: text(gres),
      },
    ]
  })
}
