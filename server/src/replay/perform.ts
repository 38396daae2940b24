/**
 * Runs recorded code again, step by step, through a session like any other: its runs are queued, recorded and reported
 * as a person's runs are. Invariant: each step ends, by its own end, the limit of time, or the kernel's; the kernel
 * does not outlive the replay.
 */
import type { Kernel, Kernels } from '@yesterday/kernel-bridge'
import * as Y from 'yjs'
import type { Receipt } from '../../contract/run.ts'
import type { Actor } from '../../contract/session.ts'
import { seedDocument } from '../document/document-form.ts'
import { limitRuns } from '../session/limit-runs.ts'
import { Session } from '../session/session.ts'
import type { Purpose } from '../store/log-entry.ts'
import type { Store } from '../store/ports.ts'
import { LateContents } from './late-contents.ts'

/** Code to run, in the name of a recorded run. */
export interface Act {
  readonly run: string
  readonly cellId: string | null
  readonly source: string
}

export interface PerformOptions {
  readonly kernels: Kernels
  readonly store: Store
  readonly specName: string
  readonly notebook: string
  readonly cwd: string
  readonly acts: readonly Act[]
  /** Null records it as a person's own work. */
  readonly purpose: Purpose | null
  readonly actor: Actor
  readonly timeoutSeconds: number | undefined
  readonly signal: AbortSignal
  /** Once, when the kernel answers. */
  readonly prepare: (kernel: Kernel) => Promise<void>
  /** Before each step, with the kernel idle. */
  readonly before: (place: number, kernel: Kernel) => Promise<void>
  /** When a step is recorded; false ends the replay there. */
  readonly after: (place: number, receipt: Receipt) => Promise<boolean> | boolean
  /** Called after the last step, before the kernel is ended. */
  readonly beforeEnd?: (session: string) => Promise<void>
}

export interface Performance {
  readonly session: string | null
  /** By place; null where it was not run. */
  readonly receipts: readonly (Receipt | null)[]
  /** Why not all was run; null where it was. */
  readonly problem: string | null
}

export async function performActs(options: PerformOptions): Promise<Performance> {
  const { kernels, store, notebook, cwd, purpose, specName, actor, timeoutSeconds, signal } = options
  const ids = cellIds(options.acts)
  const session = new Session({
    kernels,
    store,
    doc: documentOf(options.acts, ids),
    documentId: null,
    path: () => notebook,
    cwd: () => cwd,
    defaultSpec: async () => specName,
    allowStdin: false,
    prewarm: false,
    ...(purpose === null ? {} : { purpose }),
  })
  limitRuns(session, timeoutSeconds)
  const stop = (): void => session.kill('the replay was stopped')
  signal.addEventListener('abort', stop, { once: true })
  let ended: Performance
  try {
    const performance = await performIn(session, ids, options)
    if (performance.session !== null) await options.beforeEnd?.(performance.session)
    ended = performance
  } finally {
    signal.removeEventListener('abort', stop)
    session.shutdown(actor)
    await session.settled()
  }
  // Digests of large values and files come behind their runs.
  const receipts = ended.receipts.map((receipt) => receipt && store.index.receipt(receipt.run))
  return { ...ended, receipts: await Promise.all(receipts) }
}

async function performIn(
  session: Session,
  ids: readonly string[],
  options: PerformOptions,
): Promise<Performance> {
  const receipts: (Receipt | null)[] = ids.map(() => null)
  const over = (problem: string | null): Performance => ({ session: named, receipts, problem })
  session.start(null, null)
  await until(session, () => session.view().kernel.state !== 'starting')
  const named = session.view().session
  const { kernel } = session
  if (kernel === null) return over(session.view().kernel.problem ?? 'the kernel did not start')
  if (!kernel.recording) return over(kernel.agentProblem ?? 'this kernel does not record')
  const late = new LateContents(kernel)
  await options.prepare(kernel)
  for (const [place, id] of ids.entries()) {
    if (options.signal.aborted) return over('it was stopped')
    if (session.kernel === null) return over(session.view().kernel.problem ?? 'the kernel died')
    await options.before(place, kernel)
    const receipt = await runOne(session, id, options)
    if (typeof receipt === 'string') return over(receipt)
    receipts[place] = receipt
    if (!(await options.after(place, receipt))) break
  }
  await late.finish()
  return over(null)
}

/** The receipt, or why nothing ran. */
async function runOne(
  session: Session,
  id: string,
  { store, actor }: PerformOptions,
): Promise<Receipt | string> {
  const recorded = Promise.withResolvers<string>()
  session.events.once('recorded', ({ run }) => recorded.resolve(run))
  const refusal = await session.run([id], actor, false)
  if (refusal !== null) return refusal
  const receipt = await store.index.receipt(await recorded.promise)
  return receipt ?? 'its record cannot be read'
}

/** Settles when the condition holds; it is looked at on every change of the session. */
export function until(session: Session, holds: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (!holds()) return
      session.events.off('changed', look)
      resolve()
    }
    session.events.on('changed', look)
    look()
  })
}

/** The cells' own ids; one that runs again gets one of its own. */
function cellIds(acts: readonly Act[]): readonly string[] {
  const taken = new Set<string>()
  return acts.map(({ cellId, run }, place) => {
    const id = cellId === null || taken.has(cellId) ? `${(cellId ?? run).slice(0, 50)}-${place + 1}` : cellId
    taken.add(id)
    return id
  })
}

function documentOf(acts: readonly Act[], ids: readonly string[]): Y.Doc {
  const doc = new Y.Doc()
  const cells = acts.map(({ source, run }, place) => ({
    id: ids[place] ?? run,
    type: 'code' as const,
    source,
    metadata: {},
    attachments: null,
    outputs: [],
    executionCount: null,
  }))
  doc.transact(() => seedDocument(doc, { nbformat: 4, minor: 5, metadata: {}, cells }))
  return doc
}
