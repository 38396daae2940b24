/**
 * Recovers the sessions of documents that an earlier server left: those whose kernels live are reattached, the others
 * are closed in the log. Invariant: afterwards each of them has a kernel here, or its end; each of its runs ends once.
 * What cannot be recovered goes into quarantine, and the session goes on without it, or ends.
 */
import type {
  ExecuteOutcome,
  FoundKernel,
  KernelObjects,
  Kernels,
  SpooledRun,
} from '@yesterday/kernel-bridge'
import * as Y from 'yjs'
import type { Receipt } from '../../contract/run.ts'
import { readForm } from '../document/document-form.ts'
import { codeCellsOf } from '../lineage/code-cells.ts'
import { LiveSources } from '../secrets/live-source.ts'
import type { OpenSession, Store } from '../store/ports.ts'
import { createDurable, durableObjects } from './durable.ts'
import { KernelLink } from './kernel-link.ts'
import { type Past, pastOf, UNRUNNABLE } from './past.ts'
import type { Quarantine } from './quarantine.ts'
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
  readonly quarantine: Quarantine
  /** Of a session that could not be recovered, or not whole; its document where it has one. */
  readonly onProblem: (documentId: string | null, problem: string) => void
}

const GONE = 'the kernel was gone when the server came back'

/** What a session is to its notebook. `kept`: the notebook moved away from its kernel and may go back. */
type Place = 'current' | 'kept' | 'old'

/** A session that cannot be recovered is reported and does not stop the others. */
export async function recoverSessions(options: RecoverOptions): Promise<void> {
  const { index, runs } = options.store
  const unreadable: { readonly session: string; readonly why: string }[] = []
  const all = await index.openSessions((session, why) => unreadable.push({ session, why }))
  const open = all.filter(({ session }) => session.documentId !== null)
  const left = await leftSessions(open, index)
  const current = open.filter(({ session }) => !left.has(session.session))
  const newest = new Map(current.map((one) => [one.session.documentId, one]))
  const placeOf = (one: OpenSession): Place =>
    left.has(one.session.session) ? 'kept' : newest.get(one.session.documentId) === one ? 'current' : 'old'
  for (const one of open) await recoverSafely(one, placeOf(one), options)
  for (const { session, why } of unreadable) {
    await runs.append([{ type: 'session-ended', session, at: new Date().toISOString(), reason: why }])
    options.onProblem(null, `session ${session} was closed: ${why}. "yesterday fsck" says more`)
  }
}

/** The sessions whose kernels were kept when their notebooks moved away from them. */
async function leftSessions(
  open: readonly OpenSession[],
  index: Store['index'],
): Promise<ReadonlySet<string>> {
  const left = new Set<string>()
  for (const { source, target } of await index.moves(open.map(({ session }) => session.session))) {
    left.add(source)
    left.delete(target)
  }
  return left
}

/** Recovers the session; without what it spooled where that cannot be read; else ends it. */
async function recoverSafely(open: OpenSession, placed: Place, options: RecoverOptions): Promise<void> {
  const { quarantine } = options
  const { session, documentId, notebook } = open.session
  const report = (problem: string): void =>
    options.onProblem(documentId, `session ${session} of ${notebook}: ${problem}`)
  const suspicion = quarantine.begin(session)
  const wasMoved = suspicion !== null && quarantine.has(session)
  try {
    if (suspicion === null) await recoverOne(open, placed, options)
    else if (wasMoved) await giveUp(open, suspicion, options, report)
    else await recoverWithout(open, placed, suspicion, options, report)
  } catch (error) {
    if (error instanceof NoDocumentError || wasMoved) report(reasonOf(error))
    else await recoverWithout(open, placed, reasonOf(error), options, report)
  } finally {
    quarantine.done()
  }
}

type Report = (problem: string) => void

async function recoverWithout(
  open: OpenSession,
  placed: Place,
  why: string,
  options: RecoverOptions,
  report: Report,
): Promise<void> {
  const { place, runs } = await options.quarantine.take(open.session, why)
  const quarantineNote = place === null ? '' : ` What its kernel had left is kept in ${place}.`
  try {
    await recoverOne(open, placed, options, runs.map(unreadRun(why)))
    report(`what it left could not be read: ${why}.${quarantineNote}`)
  } catch (error) {
    await giveUp(open, reasonOf(error), options, (problem) => report(problem + quarantineNote))
  }
}

const unreadRun =
  (why: string) =>
  (runId: string): SpooledRun => {
    const evalue = `What this run left could not be read after the server ended: ${why}`
    const unknown = { ename: 'OutcomeUnknown', evalue, traceback: [], executionCount: null }
    return {
      runId,
      cellId: null,
      messages: [],
      finished: true,
      outcome: { status: 'error', ...unknown },
      record: null,
    }
  }

/** The kernel ends, and the session and its runs have their end in the log. */
async function giveUp(
  open: OpenSession,
  why: string,
  options: RecoverOptions,
  report: Report,
): Promise<void> {
  report(`it could not be recovered and was closed: ${why}.`)
  const reason = `it could not be recovered after the server ended: ${why}`
  try {
    await options.kernels.end(open.session.kernel)
    await closeSession(open, { ...options, spooled: [], doc: new Y.Doc(), reason })
  } catch (error) {
    report(`its runs have no end in the history: ${reasonOf(error)}.`)
  }
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** The notebook cannot be opened now. That says nothing of the session, which waits for the next start. */
class NoDocumentError extends Error {
  override readonly name = 'NoDocumentError'
}

async function hostFor(documentId: string, { hostOf }: RecoverOptions): Promise<Host | null> {
  try {
    return await hostOf(documentId)
  } catch (error) {
    throw new NoDocumentError(`its notebook cannot be opened: ${reasonOf(error)}`)
  }
}

/** `unread`: runs that the kernel got and whose messages were moved away. */
async function recoverOne(
  open: OpenSession,
  placed: Place,
  options: RecoverOptions,
  unread: readonly SpooledRun[] = [],
): Promise<void> {
  const { documentId, kernel: address } = open.session
  const { kernels } = options
  const host = documentId === null ? null : await hostFor(documentId, options)
  const found = await kernels.find(address)
  if (found !== null && host !== null && placed === 'kept' && open.runs.length === 0) {
    acknowledgeEnded(found, open)
    const { session } = open.session
    const nextOrder = await options.store.index.nextOrder(session)
    host.session.keep({ link: new KernelLink(session, found.kernel), nextOrder })
    found.kernel.outlive()
    return
  }
  if (found !== null && host !== null && placed === 'current') {
    const { kernel, running } = found
    const spooled = [...unread, ...found.spooled]
    const unknown = kernel.recording
      ? null
      : lost('the server stopped while it ran; this kernel does not record')
    const past = await pastFrom(open, { spooled, running, unknown }, options.store, host.doc)
    acknowledgeEnded(found, open)
    host.session.reattach(past, kernel)
    kernel.outlive()
    return
  }
  const spooled = [...unread, ...(found?.spooled ?? (await kernels.salvage(address)))]
  await found?.kernel.shutdown()
  await closeSession(open, { ...options, spooled, doc: host?.doc ?? new Y.Doc(), reason: GONE })
}

export interface CloseOptions extends Pick<RecoverOptions, 'store' | 'kernels'> {
  readonly spooled: readonly SpooledRun[]
  /** Where the outputs of its runs are shown. */
  readonly doc: Y.Doc
  /** Why its runs ended, for those that did not end by themselves. */
  readonly reason: string
}

/** Writes the end of a session whose kernel is gone, and of its runs, and removes the kernel's folder. */
export async function closeSession(open: OpenSession, options: CloseOptions): Promise<void> {
  const { store, kernels, spooled, reason } = options
  const { kernel: address } = open.session
  const found = { spooled, running: null, unknown: lost(reason) }
  const past = await pastFrom(open, found, store, options.doc)
  await closePast(past, options, await kernels.objectsOf(address))
  await kernels.forget(address)
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
  doc: Y.Doc,
): Promise<Past> {
  const digests = new Set(runs.map(({ queued }) => queued.sourceDigest))
  const sources = new Map<string, string>()
  for (const digest of digests) {
    const bytes = await store.objects.get(digest)
    if (bytes !== null) sources.set(digest, Buffer.from(bytes).toString())
  }
  const live = new Map<string, string>()
  const liveSources = new LiveSources(
    store.secrets,
    codeCellsOf(readForm(doc)).map(({ source }) => source),
  )
  for (const [digest, recorded] of sources) {
    const restored = liveSources.restore(recorded)
    if (restored.ok) live.set(digest, restored.source)
  }
  const nextOrder = await store.index.nextOrder(session)
  const environment = await lastEnvironment(session, store)
  return pastOf({
    ...found,
    session,
    open: runs,
    sources,
    live,
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

async function closePast(
  past: Past,
  { store, doc, reason }: CloseOptions,
  objectsLeft: KernelObjects | null,
): Promise<void> {
  const durable = createDurable({ onStalled: () => undefined, onResumed: () => undefined })
  const objects = durableObjects(store.objects, durable)
  const now = (): string => new Date().toISOString()
  const recorder = new Recorder({ objects, runs: store.runs, key: store.key, durable, now })
  recorder.remember(past.environment)
  const outputs = new SessionOutputs(doc, objects, store.secrets.masker)
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
      objects: objectsLeft,
    })
  }
  for (const { run, order, started, isLogged, messages, record, ended, outcome } of past.sent) {
    if (outcome === null) throw new Error(`run ${run.run} goes on without a kernel`)
    outputs.begin(run.run, run.cell)
    for (const message of messages) outputs.accept(run.run, message)
    recorder.recordSent(run.run, record, ended)
    if (!isLogged) await recorder.append([{ type: 'run-started', run: run.run, at: started }])
    await end(run, order, started, { kind: 'replied', outcome }, record === null ? reason : null)
  }
  for (const { run, order } of past.unrunnable)
    await end(run, order, null, { kind: 'aborted', reason: UNRUNNABLE }, UNRUNNABLE)
  for (const [index, run] of past.queue.entries())
    await end(run, past.nextOrder + index, null, { kind: 'aborted', reason }, reason)
  await recorder.append([{ type: 'session-ended', session: past.session, at: now(), reason }])
}
