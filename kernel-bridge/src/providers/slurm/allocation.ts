/**
 * One job, in which one kernel at a time runs. Invariant: a job that no kernel uses ends: it is cancelled by us, or its
 * server ends it after ten minutes without a kernel.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { agentFolder } from '../../agent-code.ts'
import { inBackground } from '../../background.ts'
import type { Death, KernelAllocation, StartNotice } from '../../kernel.ts'
import type { JupyterServer } from '../jupyter/server.ts'
import { isProblem, launchProgram, problemText, readAnswer } from '../launched/program.ts'
import type { Commands } from './commands.ts'
import { SlurmError } from './commands.ts'
import type { JobNote } from './job-note.ts'
import { cancelNamedWords, cancelWords, jobScript, pythonOf, stepWords, submitWords } from './job-words.ts'
import type { JobQueue, QueuedJob } from './queue.ts'
import { hasEnded, isRunning } from './queue-lines.ts'
import { Relay } from './relay.ts'
import { deathOnJob, endOf, waitingNotice } from './reports.ts'
import { limitsOf, type SlurmEntry } from './settings.ts'

/** A server without kernels ends after this time, and the job with it. */
const IDLE_SECONDS = 600
const REACH_MS = 120_000
const RETRY_MS = 500
/** How long the end of a kernel waits for the end of its job to be known. */
const END_MS = 12_000

/** Keeps the answer, with its token, out of the job's output, and a problem in it. Removes the notes at the end. */
const around = (allocation: string): string =>
  [
    'import atexit, io, os, shutil, sys',
    'written = os.path.realpath("/proc/self/fd/1")',
    'output, sys.stdout = sys.stdout, io.StringIO()',
    'def finish(answer=sys.stdout):',
    `    if '"problem": ' in answer.getvalue():`,
    '        output.write(answer.getvalue())',
    '        output.flush()',
    '    elif os.path.basename(written).startswith(".yesterday-"):',
    '        os.unlink(written)',
    '    launcher = sys.modules.get("yesterday_launcher.launcher")',
    '    if launcher is not None:',
    `        shutil.rmtree(launcher.own_folder({"state": None, "key": "${allocation}"}), ignore_errors=True)`,
    'atexit.register(finish)',
    '',
  ].join('\n')

export interface AllocationParts {
  readonly commands: Commands
  readonly queue: JobQueue
  readonly note: JobNote
  /** Where the job writes what it says; null where that is not known. */
  readonly output: { readonly path: string; readonly mark: string } | null
}

/** Submits a job. Rejects with `SlurmError`. */
export async function submit(
  commands: Commands,
  entry: SlurmEntry,
  job: { readonly allocation: string; readonly signature: string; readonly folder: string },
): Promise<Pick<AllocationParts, 'note' | 'output'>> {
  const { allocation, signature, folder } = job
  const program = await launchProgram({
    action: 'start',
    key: allocation,
    python: entry.python,
    folder: entry.folder,
    idleSeconds: IDLE_SECONDS,
    stay: true,
  })
  // Nodes of a cluster elsewhere do not have this folder. A relative path is below the home folder there.
  const path = commands.host === null ? join(folder, 'job.out') : `.yesterday-${allocation}.out`
  const words = submitWords(entry, { allocation, signature, output: path })
  const input = jobScript(around(allocation) + program.source, pythonOf(entry))
  const { stdout } = await commands.run(words, { input }).catch(async (error: unknown) => {
    // Where a connection was lost on the way, the job may have been submitted.
    if (commands.host !== null) await commands.run(cancelNamedWords(allocation)).catch(() => undefined)
    throw error
  })
  const [, id, cluster = null] = /^(\d{1,12})(?:;([\w.-]{1,100}))?\s*$/.exec(stdout) ?? []
  if (id === undefined)
    throw new SlurmError(`sbatch answered something else than a job: ${stdout.slice(0, 200)}`)
  return { note: { entry, allocation, job: id, cluster }, output: { path, mark: program.mark } }
}

export class Allocation {
  readonly note: JobNote
  readonly #parts: AllocationParts
  readonly #unwatch: () => void
  readonly #ended = Promise.withResolvers<void>()
  readonly #gone = new AbortController()
  readonly #changed = new Set<() => void>()
  #job: QueuedJob | null = null
  #endsAt: number | null = null
  #relay: Relay | null = null
  #server: JupyterServer | null = null

  constructor(parts: AllocationParts) {
    this.#parts = parts
    this.note = parts.note
    this.#unwatch = parts.queue.watch(parts.note.job, (job) => this.#hear(job))
  }

  /** Settles when the job has ended. */
  get ended(): Promise<void> {
    return this.#ended.promise
  }

  /** Aborts when the job has ended. */
  get gone(): AbortSignal {
    return this.#gone.signal
  }

  get hasEnded(): boolean {
    return this.#job !== null && hasEnded(this.#job)
  }

  /** What a person sees of it. */
  get shown(): KernelAllocation {
    const { entry, job, cluster } = this.note
    return {
      job,
      cluster,
      partition: this.#job?.partition || entry.partition,
      node: this.#job?.node ?? null,
      limits: limitsOf(entry),
      endsAt: this.#endsAt === null ? null : new Date(this.#endsAt).toISOString(),
    }
  }

  /** Returns what stops it. */
  onChange(listener: () => void): () => void {
    this.#changed.add(listener)
    return () => this.#changed.delete(listener)
  }

  /** Settles when the job runs. Rejects with `SlurmError` if it ends before, and with the signal's reason. */
  async running(signal: AbortSignal, onNotice: (notice: StartNotice) => void): Promise<void> {
    const { entry } = this.note
    const say = () => onNotice(waitingNotice(this.#job, entry.title, null))
    say()
    const settled = Promise.withResolvers<void>()
    const look = () => {
      say()
      if (this.#job !== null && (isRunning(this.#job) || hasEnded(this.#job))) settled.resolve()
    }
    const stop = this.onChange(look)
    const abort = () => settled.reject(signal.reason)
    signal.addEventListener('abort', abort)
    const problems = setInterval(() => {
      const { problem } = this.#parts.queue
      if (problem !== null) onNotice(waitingNotice(this.#job, entry.title, problem))
    }, 5_000)
    try {
      signal.throwIfAborted()
      look()
      await settled.promise
    } finally {
      clearInterval(problems)
      stop()
      signal.removeEventListener('abort', abort)
    }
    if (this.hasEnded) throw new SlurmError(await this.#whyOver())
  }

  /** The Jupyter server in the job. Rejects with `SlurmError`: why it cannot be reached. */
  async server(signal: AbortSignal): Promise<JupyterServer> {
    if (this.#server !== null && this.#relay !== null) return this.#server
    const { entry, job } = this.note
    const { socket, token } = await this.#find(signal)
    const program = await readFile(join(agentFolder, 'yesterday_launcher', 'relay.py'), 'utf8')
    const open = () => this.#parts.commands.open(stepWords(job, entry, program, [socket]))
    this.#relay = await Relay.open(open, () => this.#parts.queue.poke())
    this.#server = {
      id: entry.id,
      title: entry.title,
      url: 'http://localhost/',
      socketPath: this.#relay.socketPath,
      token,
      ca: null,
      timeoutMs: 15_000,
      valueBytes: 16 * 1024 * 1024,
    }
    return this.#server
  }

  /** Cancels the job. Never rejects. */
  async cancel(): Promise<void> {
    this.close()
    if (!this.hasEnded) await this.#parts.commands.run(cancelWords(this.note.job)).catch(() => undefined)
  }

  /** Leaves the job alone from now on. */
  close(): void {
    this.#unwatch()
    this.#relay?.close()
    this.#relay = null
  }

  /** What ended the kernel. */
  async death(asked: 'shutdown' | 'restart' | null): Promise<Death> {
    const { job: id } = this.note
    const unknown = {
      id,
      state: 'RUNNING',
      reason: null,
      node: null,
      startsAt: null,
      left: null,
      limit: null,
    }
    if (asked === null) {
      this.#parts.queue.poke()
      await Promise.race([this.ended, sleep(END_MS, undefined, { ref: false })])
    }
    return deathOnJob(this.#job ?? { ...unknown, partition: '', name: '', comment: '' }, asked)
  }

  #hear(job: QueuedJob): void {
    this.#job = job
    if (isRunning(job) && job.left !== null) {
      const endsAt = Date.now() + job.left * 1000
      // Slurm counts whole seconds, and its answer takes time.
      if (this.#endsAt === null || Math.abs(endsAt - this.#endsAt) > 30_000) this.#endsAt = endsAt
    }
    for (const listener of [...this.#changed]) listener()
    if (!hasEnded(job)) return
    this.#ended.resolve()
    this.#gone.abort()
  }

  async #find(signal: AbortSignal): Promise<{ readonly socket: string; readonly token: string }> {
    const { entry, allocation, job } = this.note
    const { commands } = this.#parts
    const program = await launchProgram({
      action: 'find',
      key: allocation,
      python: entry.python,
      folder: entry.folder,
    })
    const deadline = performance.now() + REACH_MS
    let why = 'its Jupyter server did not answer in time'
    while (performance.now() < deadline) {
      signal.throwIfAborted()
      if (this.hasEnded) throw new SlurmError(await this.#whyOver())
      const options = { input: program.source, timeoutMs: REACH_MS }
      const found = await commands.run(stepWords(job, entry, null), options).catch((error: unknown) => {
        why = error instanceof Error ? error.message : String(error)
        this.#parts.queue.poke()
        return null
      })
      const answer = found === null ? null : readAnswer(found.stdout, program.mark)
      if (answer !== null && isProblem(answer)) throw new SlurmError(problemText(answer, this.#place()))
      if (answer !== null && 'socket' in answer && answer.socket !== null)
        return { socket: answer.socket, token: answer.token }
      await sleep(RETRY_MS)
    }
    throw new SlurmError(`Job ${job} runs on ${this.#place()}, but ${why}.`)
  }

  #place(): string {
    return this.#job?.node ?? this.note.entry.title
  }

  /** Why the job was over before its kernel ran. */
  async #whyOver(): Promise<string> {
    const { output, note } = this.#parts
    const end = this.#job === null ? null : endOf(this.#job)
    const words = end ?? `job ${note.job} ended`
    const first = `${words.charAt(0).toUpperCase()}${words.slice(1)} before its kernel ran.`
    if (output === null) return first
    const text = await this.#outputAt(output.path)
    const answer = readAnswer(`\n${text}`, output.mark)
    if (answer !== null && isProblem(answer)) return problemText(answer, this.#place())
    const tail = text
      .slice(-500)
      .replace(/\p{C}+/gu, ' ')
      .trim()
    const isKept = this.#parts.commands.host === null
    const kept = isKept ? ` Its output is in ${output.path} on its node.` : ''
    return tail === '' ? `${first}${kept}` : `${first} It said: ${tail}`
  }

  /** What the job wrote; removed on a login host, where it lies in the person's own folder. */
  async #outputAt(path: string): Promise<string> {
    const { commands } = this.#parts
    if (commands.host === null) return readFile(path, 'utf8').catch(() => '')
    const read = await commands.run(['tail', '-c', '65536', path]).catch(() => null)
    if (read !== null) await commands.run(['rm', '-f', path]).catch(() => undefined)
    return read?.stdout ?? ''
  }
}

/** Cancels it once no kernel used it for a while. */
export function cancelLater(allocation: Allocation, ms: number, isUsed: () => boolean): void {
  const look = async () => {
    await Promise.race([sleep(ms, undefined, { ref: false }), allocation.ended])
    if (!isUsed()) await allocation.cancel()
  }
  inBackground(look(), `cancelling job ${allocation.note.job}`)
}
