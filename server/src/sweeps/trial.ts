/** One trial of a sweep: the notebook in a session of its own, recorded like any run, with the values set by a cell. */
import { randomBytes } from 'node:crypto'
import type { Kernels } from '@yesterday/kernel-bridge'
import * as Y from 'yjs'
import type { Actor } from '../../contract/actor.ts'
import { cellId, cellSource, cellsOf, cellType, hasTag, makeCell, tag } from '../../contract/document.ts'
import { type SweptCell, sourceOfTrial, type Trial } from '../../contract/sweep-grid.ts'
import type { NotebookForm } from '../document/cell-form.ts'
import { seedDocument } from '../document/document-form.ts'
import { limitRuns } from '../session/limit-runs.ts'
import { Session } from '../session/session.ts'
import type { RunFigures, Store } from '../store/ports.ts'

export interface SweepWorld {
  readonly store: Store
  readonly kernels: Kernels
  readonly form: NotebookForm
  /** The notebook below the project folder, and the folder that it is in. */
  readonly path: string
  readonly cwd: string
  readonly actor: Actor
  readonly spec: () => Promise<string>
  /** Seconds that a cell may take; undefined for no limit. */
  readonly timeout: number | undefined
}

export interface TrialResult {
  readonly number: number
  readonly trial: Trial
  readonly outcome: 'ok' | 'error'
  readonly durationMs: number
  /** The runs of its cells, in order; the last is the one to look at. */
  readonly runs: readonly string[]
  readonly session: string | null
  readonly figures: RunFigures
  /** The last line of the error; null if it is ok. */
  readonly error: string | null
}

/** The code cells of a notebook, in order, as a sweep looks for its parameters in them. */
export function sweptCells(form: NotebookForm): readonly SweptCell[] {
  return codeCells(documentOf(form)).map((cell) => ({
    source: cellSource(cell).toString(),
    isTagged: hasTag(cell, 'parameters'),
  }))
}

function documentOf(form: NotebookForm): Y.Doc {
  const doc = new Y.Doc()
  seedDocument(doc, form)
  return doc
}

const codeCells = (doc: Y.Doc) =>
  cellsOf(doc)
    .toArray()
    .filter((cell) => cellType(cell) === 'code' && cellSource(cell).toString().trim() !== '')
    .filter((cell) => !hasTag(cell, tag.skipped))

/** Runs a trial; `place` is that of the cell among the code cells after which the values are set. `stopped` ends it. */
export async function runTrial(
  world: SweepWorld,
  { number, trial, place }: { readonly number: number; readonly trial: Trial; readonly place: number },
  stopped: AbortSignal,
): Promise<TrialResult> {
  const { store, kernels, form, path, cwd, actor } = world
  const doc = documentOf(form)
  setValues(doc, place, sourceOfTrial(trial, number))
  const session = new Session({
    kernels,
    store,
    doc,
    documentId: null,
    path: () => path,
    cwd: () => cwd,
    defaultSpec: world.spec,
    allowStdin: false,
    prewarm: false,
  })
  const begun = performance.now()
  const end = (): void => {
    session.shutdown(actor)
  }
  stopped.addEventListener('abort', end, { once: true })
  const { runs, isGood, error } = await runCells(session, doc, world)
  const { session: id } = session.view()
  stopped.removeEventListener('abort', end)
  session.shutdown(actor)
  await session.settled()
  const durationMs = performance.now() - begun
  const figures = await figuresOf(store, runs)
  const outcome = isGood ? 'ok' : 'error'
  return { number, trial, outcome, durationMs, runs, session: id, figures, error }
}

/** A cell with papermill's tag, after the cell that gives the values of the notebook. */
function setValues(doc: Y.Doc, place: number, source: string): void {
  const before = codeCells(doc)[place]
  const at = before === undefined ? 0 : cellsOf(doc).toArray().indexOf(before) + 1
  const id = `trial-${randomBytes(4).toString('hex')}`
  const metadata = { tags: ['injected-parameters'] }
  cellsOf(doc).insert(at, [makeCell({ id, type: 'code', source, metadata })])
}

async function runCells(session: Session, doc: Y.Doc, { actor, timeout }: SweepWorld) {
  const cells = codeCells(doc).map(cellId)
  const runs: string[] = []
  let error: string | null = null
  let [left, isGood] = [cells.length, true]
  const over = Promise.withResolvers<void>()
  session.events.on('recorded', (entry, { run, stopOnError }) => {
    if (entry.started !== null) runs.push(run)
    if (entry.error !== null && stopOnError) error ??= `${entry.error.ename}: ${entry.error.evalue}`
    isGood &&= entry.outcome === 'ok' || (entry.outcome === 'error' && !stopOnError)
    left -= 1
    if (left === 0) over.resolve()
  })
  limitRuns(session, timeout)
  const refusal = await session.run(cells, actor, true)
  if (refusal === null) await over.promise
  const { problem } = session.view().kernel
  return { runs, isGood: isGood && refusal === null, error: error ?? refusal ?? (isGood ? null : problem) }
}

/** Of all runs of the trial; a later run's number of a name counts. */
async function figuresOf(store: Store, runs: readonly string[]): Promise<RunFigures> {
  const numbers = await store.index.numbers(runs)
  const found = runs.flatMap((run) => numbers.get(run) ?? [])
  return {
    parameters: Object.assign({}, ...found.map(({ parameters }) => parameters)),
    metrics: Object.assign({}, ...found.map(({ metrics }) => metrics)),
  }
}
