/**
 * Sends the clients of a notebook which of its cells are stale. While a client is connected it looks after edits, ended
 * runs and changes of session, and now and then at the files that runs have read. Invariant: the result is
 * computed from the log and the document as they are, never from an earlier result.
 */

import { inBackground, logFault } from '@yesterday/kernel-bridge/background'
import type * as Y from 'yjs'
import { cellId, cellSource, cellsOf, cellType } from '../../contract/document.ts'
import type { Receipt } from '../../contract/run.ts'
import type { StaleCell } from '../../contract/stale.ts'
import { staleCells } from '../lineage/stale.ts'
import type { CellNow, EndedRun, StaleEdge } from '../lineage/stale-facts.ts'
import { staticNames } from '../lineage/static-names.ts'
import { UsedFiles } from '../lineage/used-files.ts'
import type { Secrets } from '../secrets/secrets.ts'
import type { RunIndex } from '../store/ports.ts'
import type { Session } from './session.ts'

/** Changes that come together are looked at together, ms. */
const PAUSE_MS = 60
/** Files are looked at so often, ms. */
const FILES_MS = 2000
/** So many of a session's runs are followed back. */
const SESSION_RUNS = 5000

export interface StaleWatchOptions {
  readonly doc: Y.Doc
  readonly session: Session
  readonly index: Pick<RunIndex, 'page' | 'receipt' | 'summaries'>
  readonly secrets: Secrets
  /** By which the history knows the notebook, wherever its file is. */
  readonly notebookId: string
  readonly cwd: () => string
  readonly pauseMs?: number
  readonly filesMs?: number
}

type StaleEvent = { readonly type: 'stale'; readonly cells: StaleCell[] }

/** One for each notebook that is looked at. */
export class StaleWatch {
  readonly #options: StaleWatchOptions
  readonly #files: UsedFiles
  readonly #cells = new Map<string, CellNow & { readonly source: string }>()
  readonly #last = new Map<string, EndedRun>()
  readonly #asked = new Set<string>()
  #runs = new Map<string, EndedRun>()
  #loaded: string | null | undefined
  #news: string[] = []
  #elsewhere: string[] = []
  #latest: StaleEvent | null = null
  #timer: ReturnType<typeof setTimeout> | null = null
  #filesTimer: ReturnType<typeof setInterval> | null = null
  #busy: Promise<void> = Promise.resolve()

  constructor(options: StaleWatchOptions) {
    this.#options = options
    this.#files = new UsedFiles(options.secrets)
  }

  /** The last event; null before the first look. */
  get latest(): StaleEvent | null {
    return this.#latest
  }

  /** Begins to watch, when the first client connects. Does nothing if it watches already. */
  start(): void {
    if (this.#filesTimer !== null) return
    const { doc, session, filesMs = FILES_MS } = this.#options
    doc.on('update', this.#soon)
    session.events.on('changed', this.#soon)
    session.events.on('recorded', this.#recorded)
    session.events.on('recordedElsewhere', this.#recordedElsewhere)
    const look = () => inBackground(this.#checkFiles(), 'looking at files that runs have read')
    this.#filesTimer = setInterval(look, filesMs)
    this.#filesTimer.unref()
    this.#soon()
  }

  /** Stops and forgets the last result, when the last client has left. */
  async stop(): Promise<void> {
    const { doc, session } = this.#options
    doc.off('update', this.#soon)
    session.events.off('changed', this.#soon)
    session.events.off('recorded', this.#recorded)
    session.events.off('recordedElsewhere', this.#recordedElsewhere)
    if (this.#timer !== null) clearTimeout(this.#timer)
    if (this.#filesTimer !== null) clearInterval(this.#filesTimer)
    this.#timer = null
    this.#filesTimer = null
    this.#latest = null
    this.#loaded = undefined
    this.#last.clear()
    this.#asked.clear()
    this.#cells.clear()
    await this.#busy
  }

  readonly #recorded = ({ run }: { readonly run: string }): void => {
    this.#news.push(run)
    this.#soon()
  }

  /** The cell shows a run of another kernel: its last run is looked up again. */
  readonly #recordedElsewhere = (run: string): void => {
    this.#elsewhere.push(run)
    this.#soon()
  }

  readonly #soon = (): void => {
    if (this.#timer !== null) return
    this.#timer = setTimeout(() => {
      this.#timer = null
      this.#busy = this.#busy
        .then(() => this.#look())
        .catch((error: unknown) => logFault('finding stale cells', error))
    }, this.#options.pauseMs ?? PAUSE_MS)
    this.#timer.unref()
  }

  async #checkFiles(): Promise<void> {
    if (await this.#files.haveChanged()) this.#soon()
  }

  async #look(): Promise<void> {
    const { session } = this.#options.session.view()
    const cells = this.#readCells()
    await this.#readRuns(session, cells)
    const last = new Map(cells.flatMap(({ id }) => this.#lastOf(id)))
    const cwd = this.#options.cwd()
    const names = filesOf(last.values())
    const files = await this.#files.look(names, cwd)
    this.#files.keep(names, cwd)
    if (this.#filesTimer === null) return
    const runs = [...this.#runs.values()].sort((a, b) => a.order - b.order)
    const alive = this.#hasKernel() ? session : null
    this.#emit([...staleCells({ session: alive, cells, last, runs, files })])
  }

  #hasKernel(): boolean {
    const { state } = this.#options.session.view().kernel
    return state !== 'none' && state !== 'dead'
  }

  #lastOf(id: string): readonly (readonly [string, EndedRun])[] {
    const last = this.#last.get(id)
    return last === undefined ? [] : [[id, last]]
  }

  #emit(cells: StaleCell[]): void {
    const event: StaleEvent = { type: 'stale', cells }
    if (JSON.stringify(event) === JSON.stringify(this.#latest)) return
    this.#latest = event
    this.#options.session.events.emit('event', event)
  }

  /** The code cells that say something; what did not change is not hashed again. */
  #readCells(): readonly CellNow[] {
    const code = cellsOf(this.#options.doc)
      .toArray()
      .filter((cell) => cellType(cell) === 'code')
    const now = code.map((cell) => ({ id: cellId(cell), source: cellSource(cell).toString() }))
    for (const { id, source } of now) {
      if (this.#cells.get(id)?.source !== source)
        this.#cells.set(id, cellNow(id, source, this.#options.secrets))
    }
    return now.flatMap(({ id, source }) => (source.trim() === '' ? [] : (this.#cells.get(id) ?? [])))
  }

  async #readRuns(session: string | null, cells: readonly CellNow[]): Promise<void> {
    if (this.#loaded !== session) {
      this.#runs = new Map()
      this.#loaded = session
      if (session !== null) await this.#readSession(session)
    }
    await this.#forgetReplaced()
    for (const { id } of cells) if (!this.#asked.has(id)) await this.#readLast(id)
    const news = this.#news
    this.#news = []
    for (const run of news) this.#take(await this.#options.index.receipt(run))
  }

  async #forgetReplaced(): Promise<void> {
    const runs = this.#elsewhere
    this.#elsewhere = []
    if (runs.length === 0) return
    for (const { cellId } of await this.#options.index.summaries(runs)) {
      if (cellId === null) continue
      this.#asked.delete(cellId)
      this.#last.delete(cellId)
    }
  }

  async #readSession(session: string): Promise<void> {
    let before: string | undefined
    do {
      const page = await this.#options.index.page({
        session,
        limit: 500,
        ...(before === undefined ? {} : { before }),
      })
      for (const { run } of page.runs) this.#take(await this.#options.index.receipt(run))
      before = page.next ?? undefined
    } while (before !== undefined && this.#runs.size < SESSION_RUNS)
  }

  /** The last run of a cell that started; what was cancelled changed nothing. */
  async #readLast(cell: string): Promise<void> {
    this.#asked.add(cell)
    const { runs } = await this.#options.index.page({
      notebook: this.#options.notebookId,
      cellId: cell,
      limit: 20,
    })
    const last = runs.find(({ started }) => started !== null)
    if (last !== undefined) this.#take(await this.#options.index.receipt(last.run))
  }

  #take(receipt: Receipt | null): void {
    if (receipt === null || receipt.started === null) return
    const run = endedRun(receipt)
    if (run.session === this.#loaded) this.#runs.set(run.run, run)
    if (run.cell === null) return
    const known = this.#last.get(run.cell)
    const isNewer =
      known?.session === run.session ? run.order >= known.order : !known || run.session === this.#loaded
    if (isNewer) this.#last.set(run.cell, run)
  }
}

function cellNow(id: string, source: string, secrets: Secrets) {
  let names: ReturnType<typeof staticNames> | null = null
  return {
    id,
    source,
    digests: secrets.sourceDigests(source),
    names: () => {
      names ??= staticNames(source)
      return names
    },
  }
}

function filesOf(runs: Iterable<EndedRun>): ReadonlySet<string> {
  const names = [...runs].flatMap(({ used }) => used.filter(({ kind }) => kind === 'file'))
  return new Set(names.map(({ name }) => name))
}

function endedRun({ run, cellId: cell, session, order, sourceDigest, used, generated }: Receipt): EndedRun {
  return { run, cell, session, order, sourceDigest, used: used.map(slim), generated: generated.map(slim) }
}

/** Without schemas and facets, and with the preview where it is the identity: they would be kept for each run. */
function slim({
  kind,
  name,
  parts,
  version,
  digest,
  by,
  deleted,
  size,
  type,
  preview,
}: StaleEdge): StaleEdge {
  const shown = type === 'module' ? preview : null
  return { kind, name, parts, version, digest, by, deleted, size, type, preview: shown }
}
