/** Runs Slurm's programs: words as an array, no shell. Invariant: output and time are bounded. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { OUTPUT_LIMIT } from './queue-lines.ts'

export interface CommandResult {
  readonly stdout: string
}

/** A program that goes on, with its streams. */
export interface OpenCommand {
  readonly stdin: Writable
  readonly stdout: Readable
  /** Settles when it is over, with the last lines of its standard error. */
  readonly ended: Promise<string>
  end(): void
}

/** Where Slurm's programs run: here, or on a login host. */
export interface Commands {
  /** The login host, for people; null for this machine. */
  readonly host: string | null
  /** Rejects with `SlurmError` where it fails. */
  run(
    words: readonly string[],
    options?: { readonly input?: string; readonly timeoutMs?: number },
  ): Promise<CommandResult>
  open(words: readonly string[]): OpenCommand
}

/** Slurm refused, or is not there. The message is for people. */
export class SlurmError extends Error {}

export const TIMEOUT_MS = 20_000
export const TAIL = 2_000

/** Settings of a job that this program itself runs in are none of its jobs' settings. */
function cleaned(environment: Readonly<Record<string, string | undefined>>): NodeJS.ProcessEnv {
  const ours = (name: string): boolean =>
    name === 'SLURM_CONF' || !/^(SLURM|SLURMD|SBATCH|SRUN|SALLOC|SQUEUE|SINFO|SACCT|SCANCEL)_/.test(name)
  return Object.fromEntries(Object.entries(environment).filter(([name]) => ours(name)))
}

/** Runs them on this machine. */
export function localCommands(environment: Readonly<Record<string, string | undefined>>): Commands {
  const env = cleaned(environment)
  return {
    host: null,
    run: ([program = '', ...words], { input = '', timeoutMs = TIMEOUT_MS } = {}) =>
      new Promise((resolve, reject) => {
        const options = { env, timeout: timeoutMs, maxBuffer: OUTPUT_LIMIT, killSignal: 'SIGKILL' } as const
        const child = execFile(program, words, options, (error, stdout, stderr) => {
          if (error === null) resolve({ stdout })
          else reject(new SlurmError(whyOf(program, words, error, stderr, timeoutMs)))
        })
        feed(child, input)
      }),
    open: ([program = '', ...words]) => {
      const child = spawn(program, words, { env, stdio: 'pipe' })
      let tail = ''
      child.stderr.on('data', (part) => {
        tail = `${tail}${String(part)}`.slice(-TAIL)
      })
      child.stdin.on('error', () => undefined)
      const ended = new Promise<string>((resolve) => {
        child.on('error', ({ message }) => resolve(message))
        child.on('close', () => resolve(shown(tail)))
      })
      const end = () => {
        child.kill('SIGTERM')
      }
      return { stdin: child.stdin, stdout: child.stdout, ended, end }
    },
  }
}

function feed({ stdin }: ChildProcess, input: string): void {
  // A program that ends before it has read all says why by itself.
  stdin?.on('error', () => undefined)
  stdin?.end(input)
}

/** The program that words run, also behind `env`. */
export function nameOf([program = '', ...words]: readonly string[]): string {
  return program === 'env' ? (words.find((word) => !word.includes('=')) ?? program) : program
}

/** Slurm looks for its configuration in a file and then in the DNS. */
export const NO_CLUSTER = /Could not establish a configuration source/

function whyOf(
  program: string,
  words: readonly string[],
  error: Error & { code?: unknown; killed?: boolean },
  stderr: string,
  timeoutMs: number,
): string {
  const name = nameOf([program, ...words])
  if (error.code === 'ENOENT' || (program === 'env' && error.code === 127))
    return `There is no program "${name}" on this machine. Run Yesterday on a login node of the cluster, or install Slurm's programs.`
  if (NO_CLUSTER.test(stderr))
    return 'This machine belongs to no Slurm cluster: it has no slurm.conf. Run Yesterday on a login node of the cluster.'
  if (error.killed === true) return `${name} did not answer within ${timeoutMs / 1000} s.`
  const said = shown(stderr)
  return said === '' ? `${name} failed (${String(error.code)}).` : `${name}: ${said}`
}

/** The last lines, without control characters. */
export const shown = (text: string): string =>
  text
    .slice(-TAIL)
    .replace(/[^\P{C}\n]+/gu, ' ')
    .replace(/^\w+: error: /gm, '')
    .trim()
