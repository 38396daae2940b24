/**
 * A kind of job that the user added: which partition, how long, with what. Invariant: no value can become an option, a
 * line of a script or a word of a shell: each has a form of its own, and everything else is refused.
 */
import { z } from 'zod'

/** Options of `sbatch` that a person may add. What decides where output goes, what runs and how often is ours. */
const EXTRA_OPTIONS: ReadonlySet<string> = new Set([
  ...['qos', 'constraint', 'prefer', 'gres', 'gpus-per-node', 'gpus-per-task', 'gpu-bind', 'cpus-per-gpu'],
  ...['mem-per-cpu', 'mem-per-gpu', 'nodelist', 'exclude', 'reservation', 'licenses', 'exclusive', 'tmp'],
  ...['hint', 'nice', 'priority', 'time-min', 'deadline', 'begin', 'dependency', 'wckey', 'switches'],
  ...['threads-per-core', 'sockets-per-node', 'cores-per-socket', 'distribution', 'mincpus', 'power'],
])

const EXTRA = /^--([a-z][a-z-]{1,30})(=[\w.,:@%+/*|&()[\]=-]{1,200})?$/

const matching = (form: RegExp, what: string) => z.string().max(500).regex(form, what)

const Extra = matching(EXTRA, 'An extra option is written as --name or --name=value, without spaces.').refine(
  (word) => EXTRA_OPTIONS.has(EXTRA.exec(word)?.[1] ?? ''),
  {
    error: ({ input }) =>
      `${JSON.stringify(input)} cannot be given. Extra options are: ${[...EXTRA_OPTIONS].join(', ')}.`,
  },
)

const nullable = <T extends z.ZodType>(schema: T) => schema.nullable().default(null)

export const SlurmEntry = z.object({
  /** The part of kernel names behind `@`. */
  id: matching(/^[a-z0-9][a-z0-9-]{0,39}$/, 'A name has small letters, digits and -.'),
  title: matching(/^\P{C}{1,80}$/u, 'A title has 1 to 80 characters, and no line break.'),
  /** The host of `yesterday hosts` on which Slurm's programs run; null for this machine. */
  host: nullable(matching(/^[a-z0-9][a-z0-9-]{0,39}$/, 'A login host is a short name of "yesterday hosts".')),
  partition: nullable(
    matching(/^\w[\w.-]{0,63}(,\w[\w.-]{0,63}){0,9}$/, 'A partition has letters, digits, "_", "." and "-".'),
  ),
  account: nullable(matching(/^\w[\w.@-]{0,63}$/, 'An account has letters, digits, "_", ".", "@" and "-".')),
  time: nullable(
    matching(
      /^(\d{1,3}-\d{1,2}(:\d{2}){0,2}|\d{1,6}|\d{1,4}(:\d{2}){1,2})$/,
      'A time is written as minutes, 1:30:00 or 2-12:00:00 (days).',
    ),
  ),
  cpus: nullable(z.number().int().min(1).max(4_096)),
  gpus: nullable(
    matching(/^([A-Za-z][\w.-]{0,39}:)?\d{1,3}$/, 'GPUs are a number, or a kind and a number: a100:2.'),
  ),
  memory: nullable(matching(/^\d{1,9}[KMGT]?$/, 'Memory is a number with K, M, G or T: 8G.')),
  /** A Python over there, or the folder of an environment; null for `python3`. */
  python: nullable(
    matching(
      /^~?(\/[\w.@+-]+)+\/?$/,
      'A Python is an absolute path, or one that begins with ~/, without spaces.',
    ),
  ),
  /** Where kernels start. */
  folder: matching(
    /^~$|^~?(\/[\w.@+-]+)+\/?$/,
    'A folder is an absolute path, or one that begins with ~/.',
  ).default('~'),
  extra: z.array(Extra).max(20).default([]),
  /** How often the queue is read at most, ms. */
  pollMs: z.number().int().min(200).max(300_000).default(5_000),
})
export type SlurmEntry = z.infer<typeof SlurmEntry>

/** What is wrong with an entry, for people; null where it is good. */
export function slurmProblem(entry: unknown): string | null {
  const read = SlurmEntry.safeParse(entry)
  return read.success ? null : (read.error.issues[0]?.message ?? 'It is not valid.')
}

/** The limits of its jobs, as people name them. */
export function limitsOf({ partition, time, cpus, gpus, memory }: SlurmEntry): string {
  const parts = [
    partition,
    cpus === null ? null : `${cpus} CPUs`,
    gpus === null ? null : `GPUs ${gpus}`,
    memory,
    time !== null && /^\d+$/.test(time) ? `${time} min` : time,
  ]
  return parts.filter((part) => part !== null).join(', ')
}
