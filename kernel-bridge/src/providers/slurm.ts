/** Kernels in jobs of a Slurm cluster: one job a kernel. In the job a private Jupyter server runs, reached through `srun`. */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { KernelStartError, unknownSpec } from '../errors.ts'
import type {
  FoundKernel,
  Kernel,
  KernelAddress,
  KernelHere,
  KernelKey,
  KernelPlace,
  KernelSpec,
  Ownership,
  SpooledRun,
  StartOptions,
} from '../kernel.ts'
import { type KernelFolder, kernelFolder, makeFolder, removeFolder } from '../kernel-folder.ts'
import { LiveKernel } from '../live-kernel.ts'
import { ownProcess } from '../process-identity.ts'
import { readRecord, writeRecord } from '../process-record.ts'
import type { KernelProvider, MakeProvider, ProviderContext } from '../provider.ts'
import { ElsewhereFolders } from './elsewhere-folders.ts'
import type { RemoteOrigin } from './jupyter/remote-life.ts'
import { LiveKernels } from './own-kernels.ts'
import { Allocation, cancelLater, submit } from './slurm/allocation.ts'
import { entryProblem } from './slurm/cluster-look.ts'
import { type ClusterJob, Clusters, jobsOf } from './slurm/clusters.ts'
import { isOurJob, jobSignature, readJobNote, writeJobNote } from './slurm/job-note.ts'
import { allocationOf, cancelWords } from './slurm/job-words.ts'
import { hasEnded } from './slurm/queue-lines.ts'
import { SlurmEntry } from './slurm/settings.ts'
import { SSH } from './ssh/link.ts'

const SLURM = 'slurm'
/** The kernel that `ipykernel` itself brings. */
const REMOTE_NAME = 'python3'
/** A job is kept for the next kernel, as after a restart. */
const LINGER_MS = 30_000
/** How long a start waits for a kernel that ends in its job. */
const ENDING_MS = 10_000
/** For finding a kernel again: controllers of busy clusters are slow. */
const FIND_MS = 45_000

const KIND = { provider: SLURM, remoteName: REMOTE_NAME } as const

interface Held {
  readonly allocation: Allocation
  /** The kernel in it; null while there is none. */
  kernel: LiveKernel | null
  /** A start or a kernel has it. */
  isTaken: boolean
  isEnding: boolean
}

export const slurmProvider: MakeProvider = (context) => new SlurmKernels(context)

class SlurmKernels implements KernelProvider {
  readonly id = SLURM
  readonly title = 'Slurm clusters'
  readonly lacks = ['project-folder', 'sandbox', 'process', 'prewarm'] as const
  readonly #context: ProviderContext
  readonly #runtimeDir: string
  readonly #clusters: Clusters
  readonly #folders: ElsewhereFolders
  readonly #live = new LiveKernels()
  readonly #held = new Set<Held>()
  readonly #closing = new AbortController()

  constructor(context: ProviderContext) {
    this.#context = context
    this.#runtimeDir = context.runtimeDirOf(SLURM)
    this.#clusters = new Clusters(() => context.connections.list(SSH), context.environment)
    this.#folders = new ElsewhereFolders(this.#runtimeDir, context)
  }

  async places(): Promise<readonly KernelPlace[]> {
    const all = this.#entries().map(async (entry) => {
      const look = await this.#clusters.of(entry).looks.now()
      return placeOf(entry, entryProblem(entry, look))
    })
    return Promise.all(all)
  }

  async specs(): Promise<readonly KernelSpec[]> {
    const places = await this.places()
    return places.map((where) => specAt(where))
  }

  serves(specName: string): boolean {
    return this.#entryOf(specName) !== null
  }

  start(options: StartOptions): Promise<Kernel> {
    return this.#live.starting(this.#start(options))
  }

  async #start({ specName, signal, onNotice = () => undefined }: StartOptions): Promise<Kernel> {
    const entry = this.#entryOf(specName)
    if (entry === null) throw unknownSpec(specName, [])
    const given = signal === undefined ? [] : [signal]
    const stop = AbortSignal.any([this.#closing.signal, ...given])
    const kernelId = randomUUID()
    const folder = kernelFolder(this.#runtimeDir, kernelId)
    const owner = { process: null, owner: ownProcess() }
    makeFolder(folder, (made) => writeRecord(made, this.#context.signer, owner))
    let held: Held | null = null
    try {
      held = (await this.#free(entry)) ?? (await this.#submit(entry, kernelId, folder))
      await writeJobNote(folder, this.#context.signer, held.allocation.note)
      await held.allocation.running(stop, onNotice)
      const server = await held.allocation.server(stop)
      const spec = specAt(placeOf(entry, null))
      const { gone } = held.allocation
      const origin = this.#originOf(held)
      const plan = { ...KIND, kernelId, spec, server, gone, folder, origin }
      const { remoteHost, startRemoteLife } = await import('./jupyter/remote-life.ts')
      const life = await startRemoteLife(plan, this.#context)
      const kernel = new LiveKernel(remoteHost(plan, this.#context, life), life)
      this.#own(held, kernel)
      if (stop.aborted) await kernel.shutdown({ graceMs: 0 })
      return kernel
    } catch (error) {
      if (held !== null) this.#held.delete(held)
      await held?.allocation.cancel()
      await removeFolder(folder)
      throw stop.aborted ? cancelled(specName) : startError(entry, error)
    }
  }

  async #submit(entry: SlurmEntry, allocation: string, { dir }: KernelFolder): Promise<Held> {
    const signature = jobSignature(this.#context.signer, allocation)
    const cluster = this.#clusters.of(entry)
    const { commands } = cluster
    const parts = await submit(commands, entry, { allocation, signature, folder: dir })
    return this.#hold(new Allocation({ ...parts, commands, queue: cluster.queueOf(entry) }))
  }

  #hold(allocation: Allocation): Held {
    const held = { allocation, kernel: null, isTaken: true, isEnding: false }
    this.#held.add(held)
    return held
  }

  /** A job of the entry that has no kernel, or whose kernel is ending: a restart stays in its job. */
  async #free(entry: SlurmEntry): Promise<Held | null> {
    // A kernel that is restarted is asked to end in this turn of the event loop.
    await sleep(0)
    const same = [...this.#held].filter(
      ({ allocation }) =>
        !allocation.hasEnded && JSON.stringify(allocation.note.entry) === JSON.stringify(entry),
    )
    const found = same.find(({ isTaken }) => !isTaken) ?? same.find(({ isEnding }) => isEnding)
    if (found === undefined) return null
    const { kernel } = found
    if (kernel !== null) await Promise.race([hasDied(kernel), sleep(ENDING_MS, undefined, { ref: false })])
    // Another start may have waited for the same.
    if (found.isTaken || found.allocation.hasEnded || !this.#held.has(found)) return null
    found.isTaken = true
    return found
  }

  #own(held: Held, kernel: LiveKernel): void {
    held.kernel = kernel
    held.isEnding = false
    this.#live.own(kernel)
    kernel.on('dead', () => {
      held.kernel = null
      held.isTaken = false
      cancelLater(held.allocation, LINGER_MS, () => {
        if (!held.isTaken) this.#held.delete(held)
        return held.isTaken
      })
    })
  }

  #originOf(held: Held): RemoteOrigin {
    const { allocation } = held
    const { job, cluster, node, partition, limits } = allocation.shown
    return {
      place: { place: allocation.note.entry.title, cluster, job, node, partition, limits },
      allocation,
      ending: (how) => {
        held.isEnding = how === 'shutdown'
      },
      deathOf: (asked) => allocation.death(asked),
    }
  }

  prewarm(): void {}

  async attach(address: KernelAddress): Promise<FoundKernel | null> {
    const folder = this.#folders.of(address)
    const note = folder && (await readJobNote(folder, this.#context.signer))
    if (folder === null || note === null) return null
    const cluster = this.#clusters.of(note.entry)
    const queue = cluster.queueOf(note.entry)
    const allocation = new Allocation({ commands: cluster.commands, queue, note, output: null })
    try {
      const stop = AbortSignal.any([this.#closing.signal, AbortSignal.timeout(FIND_MS)])
      await allocation.running(stop, () => undefined)
      const server = await allocation.server(stop)
      const held = this.#hold(allocation)
      const { findRemote } = await import('./jupyter/remote-find.ts')
      const source = { provider: SLURM, find: async () => ({ server, gone: allocation.gone }) }
      const found = await findRemote(address, folder, source, this.#context, this.#originOf(held))
      if (found !== null) {
        this.#own(held, found.kernel)
        return found
      }
      this.#held.delete(held)
    } catch (error) {
      this.#context.onProblem({ kind: 'background-failed', detail: `looking for a job: ${String(error)}` })
    }
    allocation.close()
    return null
  }

  salvage(address: KernelAddress): Promise<readonly SpooledRun[]> {
    return this.#folders.salvage(address)
  }

  moveSpool(key: KernelKey, target: string): Promise<readonly string[]> {
    return this.#folders.moveSpool(key, target)
  }

  /** Values are in the job, with the kernel; what is gone has none. */
  async objectsOf(): Promise<null> {
    return null
  }

  forget(key: KernelKey): Promise<void> {
    return this.#folders.forget(key, (one) => this.end(one))
  }

  /** A job that waits has no kernel yet; it is listed all the same. */
  async list(): Promise<readonly KernelHere[]> {
    const folders = await this.#folders.all()
    if (folders.length === 0) return []
    const jobs = await this.#jobs(folders, () => undefined)
    const all = folders.map(async (folder) => {
      const key = { provider: SLURM, kernelId: folder.kernelId }
      const found = await this.#jobIn(jobs, folder)
      const where = found === null ? {} : { where: found.where }
      return { ...key, ownership: this.#folders.ownership(key), pid: null, ...where }
    })
    return Promise.all(all)
  }

  async ownership(key: KernelKey): Promise<Ownership> {
    return this.#folders.ownership(key)
  }

  async end(key: KernelKey): Promise<boolean> {
    const folder = this.#folders.of(key)
    if (folder === null || readRecord(folder, this.#context.signer) === null) return false
    const failed = (error: unknown) =>
      this.#context.onProblem({ kind: 'background-failed', detail: `cancelling a job: ${String(error)}` })
    try {
      const job = await this.#jobIn(await this.#jobs([folder], failed), folder)
      if (job === null) return false
      await job.commands.run(cancelWords(job.id))
      return true
    } catch (error) {
      failed(error)
      return false
    }
  }

  /** Of the clusters in which the kernels of the folders may be: without a note of its job, in any. */
  async #jobs(folders: readonly KernelFolder[], onProblem: (why: unknown) => void) {
    const notes = await Promise.all(folders.map((folder) => readJobNote(folder, this.#context.signer)))
    const noted = notes.flatMap((note) => note?.entry ?? [])
    const entries = noted.length === folders.length ? noted : [...noted, ...this.#entries()]
    return jobsOf(new Set(entries.map((entry) => this.#clusters.of(entry))), onProblem)
  }

  /** The live job of a kernel. One that was submitted and not noted is found by its name, and proven by its comment. */
  async #jobIn(jobs: readonly ClusterJob[], folder: KernelFolder) {
    const { signer } = this.#context
    const note = await readJobNote(folder, signer)
    const allocation = note?.allocation ?? folder.kernelId
    const found = jobs.find(
      (job) =>
        allocationOf(job.name) === allocation &&
        isOurJob(signer, allocation, job.comment) &&
        (note === null || job.id === note.job),
    )
    if (found === undefined || hasEnded(found)) return null
    const on = found.node === null ? 'waiting' : `on ${found.node}`
    const { id, commands } = found
    return { id, commands, where: `job ${id} ${on}${note === null ? '' : ` (${note.entry.title})`}` }
  }

  async endOrphans(): Promise<number> {
    return this.#folders.endOrphans(await this.list(), (key) => this.end(key))
  }

  async close({ shutdown }: { readonly shutdown: boolean }): Promise<void> {
    this.#closing.abort(new Error('the server is stopping'))
    const held = [...this.#held]
    await this.#live.close((kernel) => (shutdown ? kernel.shutdown() : kernel.detach()))
    const isKept = ({ kernel }: Held) => kernel !== null && !shutdown
    await Promise.all(held.map((one) => (isKept(one) ? one.allocation.close() : one.allocation.cancel())))
  }

  /** What is no entry is left out, and hides no other. */
  #entries(): readonly SlurmEntry[] {
    return this.#context.connections.list(SLURM).flatMap((one) => {
      const read = SlurmEntry.safeParse(one)
      return read.success ? [read.data] : []
    })
  }

  #entryOf(specName: string): SlurmEntry | null {
    const [name, id, ...rest] = specName.toLowerCase().split('@')
    if (name !== REMOTE_NAME || rest.length > 0) return null
    return this.#entries().find((entry) => entry.id === id) ?? null
  }
}

const placeOf = ({ id, title }: SlurmEntry, problem: string | null): KernelPlace => ({
  provider: SLURM,
  id,
  title,
  problem,
})

const specAt = (where: KernelPlace): KernelSpec => ({
  name: `${REMOTE_NAME}@${where.id}`,
  displayName: `Python 3 on ${where.title}`,
  language: 'python',
  argv: [],
  env: {},
  interruptMode: 'message',
  resourceDir: null,
  metadata: {},
  where,
})

const hasDied = (kernel: LiveKernel): Promise<void> =>
  new Promise((resolve) => {
    if (kernel.status === 'dead') resolve()
    else kernel.on('dead', () => resolve())
  })

function cancelled(specName: string): KernelStartError {
  const facts = { reason: 'stopping', specName, program: null } as const
  return new KernelStartError(`The start of "${specName}" was cancelled, and its job with it.`, facts)
}

function startError({ id, title }: SlurmEntry, error: unknown): KernelStartError {
  if (error instanceof KernelStartError) return error
  const why = error instanceof Error ? error.message : String(error)
  const facts = { reason: 'ended', specName: `${REMOTE_NAME}@${id}`, program: null } as const
  return new KernelStartError(`The kernel did not start on ${title}: ${why}`, facts)
}
