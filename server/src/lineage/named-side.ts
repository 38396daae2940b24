/**
 * Resolves what a person names for a comparison: a run, a session, the last run of a cell
 * (`book.ipynb#cell-id`), a notebook as it is now (`book.ipynb`), or a checkpoint (its name or id). Invariant: a word
 * that could mean several is refused with what it could mean; sessions that repeat the past are never meant by a notebook.
 */
import type { Checkpoint, Diff, RunName } from '../../contract/past.ts'
import type { RunIndex } from '../store/ports.ts'
import { type CellSource, codeCellsIn } from './code-cells.ts'
import { diffRuns, type RunSide } from './diff.ts'
import { type CellSide, type CellsSide, diffCells } from './diff-cells.ts'
import type { ReadObject } from './diff-outputs.ts'

export type SideSource = Pick<
  RunIndex,
  | 'resolve'
  | 'resolveSession'
  | 'receipt'
  | 'runNames'
  | 'moment'
  | 'timeline'
  | 'sessions'
  | 'checkpoints'
  | 'page'
  | 'lastRuns'
>

/** The code cells of the notebook at a project path as they are now; null where no notebook can be read there. */
export type NotebookNow = (path: string) => Promise<readonly CellSource[] | null>

/** Why a word names nothing, or too much. */
export interface NoSide {
  readonly kind: 'none'
  readonly code: 'ambiguous' | 'missing' | 'not-ended'
  readonly message: string
}

export type Side =
  | { readonly kind: 'run'; readonly side: RunSide }
  | { readonly kind: 'cells'; readonly side: CellsSide }
  | NoSide

const none = (code: NoSide['code'], message: string): NoSide => ({ kind: 'none', code, message })

export async function sideOf(
  source: SideSource,
  read: ReadObject,
  word: string,
  now: NotebookNow,
): Promise<Side> {
  const run = await source.resolve(word)
  const sessions = await source.resolveSession(word)
  const checkpoints = await checkpointsNamed(source, word)
  const candidates = [
    ...(run.kind === 'found' ? [run.run] : run.kind === 'ambiguous' ? run.candidates : []),
    ...sessions,
    ...checkpoints.map(({ checkpoint }) => checkpoint),
  ]
  if (candidates.length > 1)
    return none('ambiguous', `"${word}" could be ${candidates.slice(0, 5).join(', ')}`)
  const [[session], [checkpoint]] = [sessions, checkpoints]
  if (run.kind === 'found') return runSide(source, run.run)
  if (session !== undefined) return sessionSide(source, session, `session ${session.slice(0, 8)}`)
  if (checkpoint !== undefined) return checkpointSide(source, read, checkpoint)
  return notebookSide(source, word, now)
}

/** A checkpoint's newest holder of a name is meant, as a tag that was moved. */
async function checkpointsNamed(source: SideSource, word: string): Promise<readonly Checkpoint[]> {
  const all = await source.checkpoints()
  const exact = all.find(({ name, checkpoint }) => name === word || checkpoint === word)
  return exact === undefined
    ? all.filter((one) => word.length >= 4 && one.checkpoint.startsWith(word))
    : [exact]
}

async function runSide(source: SideSource, run: string): Promise<Side> {
  const side = await loadRun(source, run)
  return side === null ? none('not-ended', `run ${run} has not ended`) : { kind: 'run', side }
}

/** A run with its receipt; null where it has not ended. */
export async function loadRun(
  source: Pick<SideSource, 'receipt' | 'runNames'>,
  run: string,
): Promise<RunSide | null> {
  const [receipt, [name]] = [await source.receipt(run), await source.runNames([run])]
  return receipt === null || name === undefined ? null : { name, receipt }
}

/** The cells as they are now, each with its last run; of a notebook that cannot be read, its last session. */
async function notebookSide(source: SideSource, word: string, now: NotebookNow): Promise<Side> {
  const [path = '', cellId] = word.split('#')
  if (cellId !== undefined) {
    const [last] = (await source.page({ notebook: path, cellId, limit: 1 })).runs
    return last === undefined
      ? none('missing', `no run of a cell "${cellId}" of ${path}`)
      : runSide(source, last.run)
  }
  const cells = await now(path)
  if (cells !== null)
    return { kind: 'cells', side: { title: path, cells: await withLastRuns(source, path, cells) } }
  const sessions = await source.sessions({ notebook: path })
  const used = sessions.find(({ runs }) => runs > 0)
  if (used === undefined) return none('missing', `there is no run, session, checkpoint or notebook "${word}"`)
  return sessionSide(source, used.session, path)
}

async function withLastRuns(
  source: SideSource,
  path: string,
  cells: readonly CellSource[],
): Promise<readonly CellSide[]> {
  const last = await source.lastRuns(path)
  const sides = cells.map(async (cell): Promise<CellSide> => {
    const run = last.get(cell.cellId)
    return { ...cell, run: run === undefined ? null : await loadRun(source, run) }
  })
  return Promise.all(sides)
}

async function sessionSide(source: SideSource, session: string, title: string): Promise<Side> {
  const moment = await source.moment(session, Number.MAX_SAFE_INTEGER)
  const cells = (moment?.cells ?? []).toSorted((a, b) => a.order - b.order)
  return { kind: 'cells', side: { title, cells: await cellSides(source, cells) } }
}

async function cellSides(source: SideSource, runs: readonly RunName[]): Promise<readonly CellSide[]> {
  const cells: CellSide[] = []
  for (const { run, cellId } of runs) {
    const side = await loadRun(source, run)
    if (side !== null && cellId !== null) cells.push({ cellId, source: side.receipt.source, run: side })
  }
  return cells
}

async function checkpointSide(source: SideSource, read: ReadObject, checkpoint: Checkpoint): Promise<Side> {
  const bytes = await read(checkpoint.state)
  if (bytes === null) return none('missing', `the bytes of checkpoint "${checkpoint.name}" are gone`)
  const runs = await runsUntil(source, checkpoint.run)
  const cells = (codeCellsIn(bytes) ?? []).map((cell) => ({ ...cell, run: runs.get(cell.cellId) ?? null }))
  return { kind: 'cells', side: { title: `checkpoint ${checkpoint.name}`, cells } }
}

async function runsUntil(source: SideSource, run: string | null): Promise<ReadonlyMap<string, RunSide>> {
  const [last] = run === null ? [] : await source.runNames([run])
  const moment = last === undefined ? null : await source.moment(last.session, last.order)
  const cells = await cellSides(source, moment?.cells ?? [])
  return new Map(cells.flatMap(({ cellId, run: side }) => (side === null ? [] : [[cellId, side]])))
}

/** Null where the two are of different sorts. */
export async function differenceOf(
  a: Exclude<Side, NoSide>,
  b: Exclude<Side, NoSide>,
  read: ReadObject,
): Promise<Diff | null> {
  if (a.kind === 'run' && b.kind === 'run')
    return { kind: 'runs', diff: await diffRuns(a.side, b.side, read) }
  return a.kind === 'cells' && b.kind === 'cells' ? diffCells(a.side, b.side, read) : null
}
