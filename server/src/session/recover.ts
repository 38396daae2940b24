/**
 * What an earlier server left is taken up: sessions whose kernels live go on, the others are closed in the log.
 * Invariant: afterwards each open session of the log has a kernel here, or its end; each of its runs ends once.
 */
import type { ExecuteOutcome, FoundKernel, Kernels } from '@yesterday/kernel-bridge'
import * as Y from 'yjs'
import type { Receipt } from '../../contract/run.ts'
import type { OpenSession, Store } from '../store/ports.ts'
import { createDurable, durableObjects } from './durable.ts'
import { type Past, pastOf } from './past.ts'
import { Recorder } from './recorder.ts'
import type { Session } from './session.ts'
import { SessionOutputs } from './session-outputs.ts'
import type { Ending, Run } from './state.ts'

/** An open document and its session. */
export interface Host {
  readonly session: Session
  readonly doc: Y.Doc
}

export interface RecoverOptions {
  readonly store: Store
  readonly kernels: Kernels
  /** The session host of a document; null where the document is gone. */
  readonly hostOf: (documentId: string) => Promise<Host | null>
  /** Of a session that could not be taken up; its document where it has one. */
  readonly onProblem: (documentId: string | null, problem: string) => void
}

const GONE = 'the kernel was gone when the server came back'

/** Takes up all; what cannot be taken up is told, and hinders nobody else. */
export async function recoverSessions(options: RecoverOptions): Promise<void> {
  const open = await options.store.index.openSessions()
  const newest = new Map(open.map((one) => [one.session.documentId, one]))
  for (const one of open) {
    try {
      await recoverOne(one, newest.get(one.session.documentId) === one, options)
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      const { documentId } = one.session
      options.onProblem(documentId, `session ${one.session.session} of ${one.session.notebook}: ${why}`)
    }
  }
}

async function recoverOne(open: OpenSession, isNewest: boolean, options: RecoverOptions): Promise<void> {
  const { documentId, kernel: address } = open.session
  const { kernels } = options
  if (documentId === null && isAlive(address.pid)) return
  const host = documentId === null ? null : await options.hostOf(documentId)
  const found = await kernels.find(address)
  if (found !== null && host !== null && isNewest) {
    const { kernel, spooled, running } = found
    const unknown = kernel.recording
      ? null
      : lost('the server stopped while it ran; this kernel does not record')
    const past = await pastFrom(open, { spooled, running, unknown }, options.store)
    acknowledgeEnded(found, open)
    host.session.reattach(past, kernel)
    return
  }
  const spooled = found?.spooled ?? (await kernels.salvage(address))
  await found?.kernel.shutdown()
  const past = await pastFrom(open, { spooled, running: null, unknown: lost(GONE) }, options.store)
  await closePast(past, host?.doc ?? new Y.Doc(), options.store, address.spoolDir)
  await kernels.forget(address)
}

/** A run of the command line, whose program may well be at work. */
function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

function lost(likely: string): ExecuteOutcome {
  return { status: 'died', death: { signal: null, exitCode: null, likely, stderrTail: '' } }
}

/** Runs whose entry is durable and whose spool is still there: the server fell between the two. */
function acknowledgeEnded({ kernel, spooled }: FoundKernel, { runs }: OpenSession): void {
  const open = new Set(runs.map(({ run }) => run))
  for (const { runId } of spooled) if (!open.has(runId)) kernel.acknowledge(runId)
}

type Found = Pick<FoundKernel, 'spooled' | 'running'> & { readonly unknown: ExecuteOutcome | null }

async function pastFrom(
  { session: { session }, runs }: OpenSession,
  found: Found,
  store: Store,
): Promise<Past> {
  const digests = new Set(runs.map(({ queued }) => queued.sourceDigest))
  const sources = new Map<string, string>()
  for (const digest of digests) {
    const bytes = await store.objects.get(digest)
    if (bytes !== null) sources.set(digest, Buffer.from(bytes).toString())
  }
  const nextOrder = await store.index.nextOrder(session)
  const environment = await lastEnvironment(session, store)
  return pastOf({
    ...found,
    session,
    open: runs,
    sources,
    nextOrder,
    environment,
    now: new Date().toISOString(),
  })
}

/** Later records name the environment by its digest alone. */
async function lastEnvironment(session: string, { index }: Store): Promise<Receipt['environment']> {
  const { runs } = await index.page({ session, limit: 20 })
  for (const { run } of runs) {
    const receipt = await index.receipt(run)
    if (receipt?.environment) return receipt.environment
  }
  return null
}

/** Writes the ends of a session whose kernel is gone. */
async function closePast(past: Past, doc: Y.Doc, store: Store, spoolDir: string): Promise<void> {
  const durable = createDurable({ onStalled: () => undefined, onResumed: () => undefined })
  const objects = durableObjects(store.objects, durable)
  const now = (): string => new Date().toISOString()
  const recorder = new Recorder({ objects, runs: store.runs, key: store.key, durable, now })
  recorder.remember(past.environment)
  const outputs = new SessionOutputs(doc, objects)
  const end = async (
    run: Run,
    order: number,
    started: string | null,
    ending: Ending,
    noRecord: string | null,
  ) => {
    const all = async () => (await outputs.end(run.run))?.outputs ?? []
    const { session } = past
    await recorder.end({
      type: 'endRun',
      session,
      run,
      order,
      started,
      ending,
      noRecord,
      outputs: all,
      spoolDir,
    })
  }
  for (const { run, order, started, isLogged, messages, record, ended, outcome } of past.sent) {
    if (outcome === null) throw new Error(`run ${run.run} goes on without a kernel`)
    outputs.begin(run.run, run.cell)
    for (const message of messages) outputs.accept(run.run, message)
    recorder.retell(run.run, record, ended)
    if (!isLogged) await recorder.append([{ type: 'run-started', run: run.run, at: started }])
    await end(run, order, started, { kind: 'replied', outcome }, record === null ? GONE : null)
  }
  for (const [index, run] of past.queue.entries())
    await end(run, past.nextOrder + index, null, { kind: 'aborted', reason: GONE }, GONE)
  await recorder.append([{ type: 'session-ended', session: past.session, at: now(), reason: GONE }])
}
