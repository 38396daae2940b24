/**
 * An open notebook in this page: its document, room, session, selection and undo, made together and closed together.
 * Invariant: one document and one epoch per notebook object; another epoch makes another object.
 */
import {
  cellSource,
  cellsOf,
  cellType,
  type FilePresence,
  filePath,
  filePresence,
  findCell,
} from '@yesterday/server/contract/document.ts'
import type { OpenedNotebook } from '@yesterday/server/contract/http.ts'
import type { SessionView } from '@yesterday/server/contract/session.ts'
import type { StaleCell } from '@yesterday/server/contract/stale.ts'
import { equalityDeep } from 'lib0/function'
import * as Y from 'yjs'
import {
  type CellMark,
  type CellRun,
  cellMarks,
  cellRuns,
  isBegun,
  queuePlaces,
  sameRun,
} from '../access/cell-facts.ts'
import { OpenPanel } from '../access/open-panel.ts'
import { PastPlace } from '../access/place.ts'
import { afterChange, type Selection, selectedCells, selectOne } from '../access/selection.ts'
import { loadMe, me } from '../api/me-store.ts'
import { type Adorn, EditorPool } from '../editor/editor-pool.ts'
import { LATE } from '../editor/kernel-answer.ts'
import type { KernelHelp } from '../editor/kernel-help.ts'
import { variableCard } from '../editor/variable-card.ts'
import { Finder, type Match } from '../find/finder.ts'
import { scrollToMatch, showMatches } from '../find/marks.ts'
import { WidgetBridge } from '../frames/bridge.ts'
import { ExternalContent } from '../frames/external-content.ts'
import { Folds } from '../outline/folds.ts'
import { showCommented } from '../panels/comments/show-commented.ts'
import { showCarets } from '../presence/carets.ts'
import { Presence, type Stretch } from '../presence/presence.ts'
import { UnsentKeeper } from '../room/keep-unsent.ts'
import { Room } from '../room/room.ts'
import { DurableSources } from '../room/unsent.ts'
import { unsentStore } from '../room/unsent-store.ts'
import { watchState } from '../room/watch-state.ts'
import { CommentStore } from '../session/comment-store.ts'
import { type Answer, type CommandRequest, LOST, SessionSocket } from '../session/session-socket.ts'
import { Values } from '../session/values.ts'
import { Variables } from '../session/variables.ts'
import { calm } from '../state/calm.ts'
import { Keyed, type KeyedObservable, keyedBy } from '../state/keyed.ts'
import { type Observable, Watched } from '../state/observable.ts'
import { t, wordsOf } from '../text/text.ts'
import { notify } from '../ui/notices.ts'
import { CellEdits, cellIds } from './cell-edits.ts'
import { mayRun } from './command.ts'
import { equipEditor } from './editor-keys.ts'
import { focusCell, keepFocusIn, scrollToCell, showCell } from './focus.ts'
import type { Total } from './forecast-total.ts'
import { Forecasts } from './forecasts.ts'
import { keepTyping } from './keep-typing.ts'
import type { Stroke } from './keys.ts'
import { LastEdits } from './last-edits.ts'
import { LastRuns } from './last-runs.ts'
import { Linter, showMarks } from './lint.ts'
import { TypeAhead } from './type-ahead.ts'
import { beginsStep, type TextEdit } from './undo-steps.ts'

export interface RunQuestion {
  readonly cells: readonly string[]
  readonly total: Total
}

export class Notebook {
  readonly opened: OpenedNotebook
  readonly doc = new Y.Doc()
  /** Marks this person's edits, which undo reverts. */
  readonly origin = { person: 'this' }
  readonly room: Room
  readonly presence: Presence
  readonly durable: DurableSources
  /** Keeps edits in this browser until they are durable. */
  readonly unsent: UnsentKeeper
  /** Where the file is now, below the project folder. */
  readonly path: Observable<string>
  readonly file: Observable<FilePresence>
  readonly session: SessionSocket
  readonly variables: Variables
  readonly values: Values
  readonly widgets: WidgetBridge
  readonly external: ExternalContent
  /** The session as it is shown: a run that is over at once does not flicker. */
  readonly shownSession: Observable<SessionView>
  /** The cells that run or wait. */
  readonly runs: KeyedObservable<CellRun>
  /** The place of each waiting cell in the queue, from 0; a moment late, as all change with each run that ends. */
  readonly places: KeyedObservable<number>
  readonly stale: KeyedObservable<StaleCell>
  readonly lastRuns: LastRuns
  /** What cells are expected to take. */
  readonly forecasts: Forecasts
  /** What waits for the person's word, since it will take much. */
  readonly runQuestion = new Watched<RunQuestion | null>(null)
  readonly comments: CommentStore
  readonly lastEdits: LastEdits
  readonly edits = new CellEdits(this.doc, this.origin)
  readonly undo = new Y.UndoManager(cellsOf(this.doc), { trackedOrigins: new Set([this.origin]) })
  readonly selection = new Watched<Selection>(selectOne(null))
  readonly order = new Watched<readonly string[]>([])
  /** How the selection marks each cell. */
  readonly marks = new Keyed<CellMark>()
  readonly finder = new Finder(this.doc, this.origin)
  readonly folds = new Folds(this.doc)
  readonly pool: EditorPool
  /** What ruff finds in the code. */
  readonly linter: Linter
  /** What the kernel says of code; nothing while there is none. */
  readonly help: KernelHelp = {
    complete: (code, cursor) => this.#ask({ type: 'complete', code, cursor }),
    inspect: (code, cursor) => this.#ask({ type: 'inspect', code, cursor, detail: 0 }),
    card: async (name) => variableCard(await this.#ask({ type: 'variable', name }), this.placeOf),
  }
  readonly typeAhead = new TypeAhead()
  /** Which panel is open beside the cells. */
  readonly panels = new OpenPanel()
  /** Which view of the past the history shows. */
  readonly past: PastPlace = new PastPlace(this.panels)
  /** What a stroke does that was pressed before its cell's editor was there; the page sets it. */
  onTypedAhead: (cell: string, stroke: Stroke) => void = () => {}
  readonly #stopMe: () => void
  #lastEdit: TextEdit | null = null

  constructor(opened: OpenedNotebook, origin: string) {
    this.opened = opened
    this.room = new Room({ origin, documentId: opened.documentId, epoch: opened.epoch, doc: this.doc })
    this.presence = new Presence(this.room.awareness)
    this.durable = new DurableSources(this.room)
    const { documentId, epoch } = opened
    this.path = watchState(this.doc, (doc) => filePath(doc) ?? opened.path)
    this.file = watchState(this.doc, filePresence)
    this.unsent = new UnsentKeeper(this.room, this.durable, unsentStore, {
      documentId,
      epoch,
      path: this.path.get,
    })
    this.session = new SessionSocket(
      `${origin}/api/notebooks/${encodeURIComponent(opened.documentId)}/session`,
    )
    this.variables = new Variables(this.session)
    this.values = new Values(this.session)
    this.widgets = new WidgetBridge(this.session)
    this.external = new ExternalContent(this.session.ownOutputs, documentId)
    this.shownSession = calm(this.session.view, isBegun)
    this.lastRuns = new LastRuns(documentId, this.session)
    this.forecasts = new Forecasts(documentId, this.doc, this.session)
    this.comments = new CommentStore(documentId, this.session)
    this.lastEdits = new LastEdits(documentId, this.session)
    this.linter = new Linter(this)
    this.pool = new EditorPool(
      this.origin,
      (editor, monaco) => equipEditor(this, editor, monaco),
      (...shown) => this.#adorn(...shown),
      (cell, { rangeOffset, rangeLength, text }) =>
        this.#cutUndo({ cell, offset: rangeOffset, removed: rangeLength, inserted: text }),
    )
    this.session.notices.listen(({ level, text, code, values }) =>
      notify(level, (code === undefined ? null : wordsOf(code, values ?? {})) ?? text),
    )
    for (const { sentTooMuch } of [this.room, this.session])
      sentTooMuch.listen(() => notify('warning', t('notice.tooMuch')))
    this.durable.broughtBack.listen(() => notify('warning', t('notice.broughtBack')))
    cellsOf(this.doc).observe((_, { local }) => this.#reorder(local))
    const mark = (): void => this.marks.set(cellMarks(this.selection.get(), this.selected()))
    this.selection.subscribe(mark)
    this.order.subscribe(mark)
    this.stale = keyedBy(this.session.stale, (cells) => cells, equalityDeep)
    this.runs = keyedBy(this.shownSession, cellRuns, sameRun)
    this.places = keyedBy(
      calm(this.shownSession, () => true),
      queuePlaces,
    )
    this.selection.subscribe(() => this.publishCursor(null))
    this.#introduce()
    this.#stopMe = me.subscribe(() => this.#introduce())
  }

  /** What others do and what is found, in an editor while a cell has it. */
  #adorn(...[editor, cell, text, monaco]: Parameters<Adorn>): () => void {
    const adornments = [
      showCarets(editor, this.presence, cell, text),
      showMatches(this.finder, editor, cell),
      showCommented(this.comments, editor, cell, text),
      showMarks(this.linter, editor, monaco, cell),
    ]
    return () => {
      for (const take of adornments) take()
    }
  }

  #introduce(): void {
    const known = me.get()
    if (known !== null) this.presence.introduce({ ...known.actor, color: known.color })
  }

  /** Publishes the active cell and the caret in it, if any, to the others. */
  publishCursor(stretch: Stretch | null): void {
    const { active } = this.selection.get()
    const found = active === null ? null : findCell(this.doc, active)
    this.presence.move(found === null ? null : active, found && cellSource(found.cell), stretch)
  }

  /** The selected cells in order. */
  selected(): readonly string[] {
    return selectedCells(this.selection.get(), this.order.get())
  }

  /** A cell's place among all, from 1; null where it is gone. */
  readonly placeOf = (cell: string): number | null => this.order.get().indexOf(cell) + 1 || null

  /** The cells that are not folded away, in order. */
  visible(): readonly string[] {
    const { hidden } = this.folds.outline.get()
    return hidden.size === 0 ? this.order.get() : this.order.get().filter((id) => !hidden.has(id))
  }

  /** These cells, with the whole section of each folded heading among them. */
  withFolded(cells: readonly string[]): readonly string[] {
    const folded = this.folds.outline.get().headings.filter(({ folded, id }) => folded && cells.includes(id))
    if (folded.length === 0) return cells
    const wanted = new Set([...cells, ...folded.flatMap(({ section }) => section)])
    return this.order.get().filter((id) => wanted.has(id))
  }

  /** The cell after this one and what is folded under it; null at the end. */
  behind(cell: string): string | null {
    const order = this.order.get()
    return order[order.indexOf(this.withFolded([cell]).at(-1) ?? '') + 1] ?? null
  }

  /** The place behind this cell, and behind what is folded under it; the top where it is null. */
  placeBehind(cell: string | null): number {
    const last = this.withFolded(cell === null ? [] : [cell]).at(-1)
    return this.order.get().indexOf(last ?? '') + 1
  }

  /** Selects the cells from the anchor of the selection to this one. */
  selectTo(cell: string): void {
    const { anchor, active } = this.selection.get()
    this.selection.set({ anchor: anchor ?? active ?? cell, active: cell, mode: 'command' })
    focusCell(cell)
  }

  /** Selects a cell and shows it; `edit` puts the cursor into it, behind `offset` characters if given. */
  reveal(cell: string, mode: Selection['mode'] = 'command', offset?: number): void {
    this.folds.open(cell)
    if (mode === 'edit') this.folds.openSource(cell)
    this.selection.set(selectOne(cell, mode))
    if (mode === 'edit') {
      // What has changed is drawn at the end of this turn: a cell that was moved has its editor in another place then.
      const focused = Promise.resolve().then(() => this.pool.focus(cell, offset))
      this.typeAhead.begin(focused, (stroke) => this.onTypedAhead(cell, stroke))
      // The button that was pressed may be gone with its focus: keys must reach the cell until its editor is there.
      queueMicrotask(() => keepFocusIn(cell))
    } else requestAnimationFrame(() => focusCell(cell))
  }

  /** Puts the cursor at the beginning of a line, from 1; at the end where there are fewer. */
  goToLine(cell: string, line: number): void {
    const lines = this.sourceOf(cell)
      .split('\n')
      .slice(0, Math.max(0, line - 1))
    this.folds.open(cell)
    this.folds.openSource(cell)
    this.selection.set(selectOne(cell, 'edit'))
    void this.pool.focus(cell, lines.join('\n').length + (lines.length > 0 ? 1 : 0)).then((done) => {
      if (done) showCell(cell)
    })
  }

  /** Shows a match of a search: its cell is selected, and the focus stays where it is. */
  showMatch(match: Match): void {
    this.folds.open(match.cell)
    if (match.output === null) this.folds.openSource(match.cell)
    else this.folds.foldPart(match.cell, 'outputs', false)
    this.selection.set(selectOne(match.cell))
    requestAnimationFrame(() => scrollToCell(match.cell, () => scrollToMatch(this.finder, match)))
  }

  /** Queues the code cells among these; none if this person may not run code. What will take much is confirmed first. */
  run(cells: readonly string[], { isConfirmed = false } = {}): void {
    if (!mayRun(this)) return
    const code = cells.filter((id) => this.typeOf(id) === 'code')
    const total = isConfirmed ? null : this.forecasts.warning(code)
    if (total !== null) {
      this.runQuestion.set({ cells: code, total })
      return
    }
    if (code.length > 0) this.command({ type: 'run', cells: [...code] })
  }

  /** Asks who the person is now, after the server ended the connection for their rights. */
  async accessNow(): Promise<'known' | 'ended' | 'unknown'> {
    const answer = await loadMe()
    if (answer.ok) return 'known'
    return answer.problem.status === 401 ? 'ended' : 'unknown'
  }

  /** Sends a command; a refusal is shown to the person. */
  command(request: CommandRequest): void {
    void this.#sendInOrder(request).then((answer) => {
      if (!answer.ok) notify('warning', answer.reason === LOST ? t('notebook.lost') : answer.reason)
    })
  }

  typeOf(id: string): string | null {
    const found = findCell(this.doc, id)
    return found === null ? null : cellType(found.cell)
  }

  sourceOf(id: string): string {
    const found = findCell(this.doc, id)
    return found === null ? '' : cellSource(found.cell).toString()
  }

  /** Leaves the notebook. Settles when edits that are not durable are in this browser. */
  close(): Promise<void> {
    const stored = this.unsent.close()
    this.#leave()
    return stored
  }

  /** As `close`, where the document does not take its edits as they are. */
  closeAsText(): Promise<void> {
    const stored = this.unsent.closeAsText()
    this.#leave()
    return stored
  }

  #leave(): void {
    this.finder.close()
    this.pool.close()
    this.linter.close()
    this.#stopMe()
    this.presence.close()
    this.undo.destroy()
    this.lastRuns.close()
    this.forecasts.close()
    this.comments.close()
    this.lastEdits.close()
    this.session.close()
    this.room.leave()
    this.doc.destroy()
  }

  async #ask(request: CommandRequest): Promise<unknown> {
    const { state } = this.session.view.get().kernel
    if (state !== 'idle' && state !== 'busy') return null
    const answer = await this.session.send(request)
    if (answer.ok) return answer.content
    return answer.code === 'kernelLate' ? LATE : null
  }

  // Edits and commands go by two sockets: what is run is what was written before, so the command names the edits.
  async #sendInOrder(request: CommandRequest): Promise<Answer> {
    if (request.type !== 'run' && request.type !== 'restart') return this.session.send(request)
    const after = this.room.edits
    if (after !== null) return this.session.send({ ...request, after })
    await this.room.settled()
    return this.session.send(request)
  }

  #cutUndo(edit: TextEdit): void {
    this.presence.typed()
    if (beginsStep(this.#lastEdit, edit)) this.undo.stopCapturing()
    this.#lastEdit = edit
  }

  #reorder(isLocal: boolean): void {
    const before = this.order.get()
    const now = cellIds(this.doc)
    this.order.set(now)
    const next = afterChange(this.selection.get(), before, now)
    this.selection.set(next)
    if (!isLocal) keepTyping(this)
  }
}
