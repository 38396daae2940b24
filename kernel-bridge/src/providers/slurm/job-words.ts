/** pure. The command lines for Slurm, and the script of a job. Words are arrays: no shell of ours reads them. */
import type { SlurmEntry } from './settings.ts'

const NAME = /^yesterday-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/

export const jobName = (allocation: string): string => `yesterday-${allocation}`
/** The allocation that a job's name says; null for a job that is none of ours. */
export const allocationOf = (name: string): string | null => NAME.exec(name)?.[1] ?? null

/** Finds the Python, whose path may be that of an environment's folder, below the home folder. */
const PICK = [
  'p="$1"',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is text of a shell.
  'case "$p" in "~/"*) p="$HOME/${p#"~/"}";; esac',
  '[ -d "$p" ] && p="$p/bin/python"',
].join('\n')

const END = 'END_OF_THE_PROGRAM'

/** Characters of a path that no shell reads. */
const PLAIN = /^[\w./@+~-]+$/

/**
 * The program is text of ours, with the settings as one literal of JSON: it has no line break and no quote that ends it.
 * The shell does not read it, as the name of the end is quoted. Throws for a Python that is no plain path.
 */
export function jobScript(program: string, python: string): string {
  if (!PLAIN.test(python)) throw new RangeError(`not a plain path: ${python}`)
  if (program.split('\n').includes(END)) throw new RangeError('the program has the line that ends it')
  return `#!/bin/sh\nset -- '${python}'\n${PICK}\nexec "$p" - <<'${END}'\n${program}\n${END}\n`
}

/** Submits a script on standard input. */
export function submitWords(
  entry: SlurmEntry,
  job: { readonly allocation: string; readonly signature: string; readonly output: string },
): readonly string[] {
  const { partition, account, time, cpus, gpus, memory, extra } = entry
  const option = (name: string, value: string | number | null): string[] =>
    value === null ? [] : [`--${name}=${value}`]
  return [
    ...['sbatch', '--parsable', '--no-requeue', '--nodes=1', '--ntasks=1', '--input=/dev/null'],
    ...option('job-name', jobName(job.allocation)),
    ...option('comment', job.signature),
    ...option('output', job.output),
    ...option('partition', partition),
    ...option('account', account),
    ...option('time', time),
    ...option('cpus-per-task', cpus),
    ...option('gpus', gpus),
    ...option('mem', memory),
    ...extra,
  ]
}

export const pythonOf = ({ python }: SlurmEntry): string => python ?? 'python3'

/** Runs Python as a step of the job, beside what runs in it. With `program` as its code, else from standard input. */
export function stepWords(
  job: string,
  entry: SlurmEntry,
  program: string | null,
  more: readonly string[] = [],
) {
  const step = ['srun', `--jobid=${job}`, '--overlap', '--nodes=1', '--ntasks=1', '--quiet']
  const python = pythonOf(entry)
  const run = program === null ? 'exec "$p" -' : 'shift; exec "$p" -u -c "$@"'
  const words = program === null ? [] : [program, ...more]
  return [...step, 'sh', '-c', `${PICK}\n${run}`, 'sh', python, ...words]
}

/** Cancels a job whose number did not arrive. */
export const cancelNamedWords = (allocation: string): readonly string[] => [
  ...['scancel', `--name=${jobName(allocation)}`],
]
export const cancelWords = (job: string): readonly string[] => ['scancel', job]

/** Epochs, so that no time zone of another machine counts. */
const timed = ['env', 'SLURM_TIME_FORMAT=%s']
export const queueWords: readonly string[] = [
  ...timed,
  ...['squeue', '--me', '--noheader', '--states=all', '--format=%i|%T|%r|%N|%S|%L|%l|%P|%j|%k'],
]
/** Jobs that wait for the partition, the next one first. */
export const waitingWords = (partition: string): readonly string[] => [
  ...['squeue', '--noheader', '--states=PENDING', `--partition=${partition}`, '--sort=-p,i', '--format=%i'],
]
export const partitionWords: readonly string[] = [
  'sinfo',
  '--noheader',
  '--summarize',
  '--format=%P|%a|%l|%F|%c|%m|%G',
]
/** What the accounting has of a job that the controller forgot. */
export const pastWords = (job: string): readonly string[] => [
  ...[
    'sacct',
    '--noheader',
    '--parsable2',
    '--allocations',
    `--jobs=${job}`,
    '--format=State,ExitCode,NodeList',
  ],
]
