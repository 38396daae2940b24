/**
 * An open notebook in this page: its document, room, session, selection and undo, made together and closed together.
 * Invariant: one document and one epoch per notebook object; another epoch makes another object.
 */
import { cellSource, cellsOf, cellType, findCell } from '@yesterday/server/contract/document.ts'
import type { OpenedNotebook } from '@yesterday/server/contract/http.ts'
import type { SessionView } from '@yesterday/server/contract/session.ts'
import type { StaleCell } from '@yesterday/server/contract/stale.ts'
import { equalityDeep } from 'lib0/function'
import * as Y from 'yjs'
import { api } from '../app/api.ts'
import { notify } from '../app/notices.ts'
import { EditorPool } from '../editor/editor-pool.ts'
import type { KernelHelp } from '../editor/kernel-help.ts'
import { Finder, type Match } from '../find/finder.ts'
import { scrollToMatch, showMatches } from '../find/marks.ts'
import { Folds } from '../outline/folds.ts'
import { PastPlace } from '../past/place.ts'
import { showCarets } from '../presence/carets.ts'
import { Presence, type Stretch } from '../presence/presence.ts'
import { calm } from '../room/calm.ts'
import { Keyed, type KeyedObservable, keyedBy } from '../room/keyed.ts'
import { type Observable, Watched } from '../room/observable.ts'
import { Room } from '../room/room.ts'
import { DurableSources } from '../room/unsent.ts'
import { type Answer, type CommandRequest, LOST, SessionSocket } from '../session/session-socket.ts'
import { t } from '../text/text.ts'
import type { CellCopy } from './cell-copy.ts'
import { CellEdits, cellIds } from './cell-edits.ts'
import { type CellMark, type CellRun, cellMarks, cellRuns, isBegun, sameRun } from './cell-facts.ts'
import { equipEditor } from './editor-keys.ts'
import { focusCell, keepFocusIn, scrollToCell, showCell } from './focus.ts'
import type { Stroke } from './keys.ts'
import { LastRuns } from './last-runs.ts'
import { afterChange, type Selection, selectedCells, selectOne } from './selection.ts'
import { TypeAhead } from './type-ahead.ts'

export class Notebook {
  readonly opened: OpenedNotebook
  readonly doc = new Y.Doc()
  /** Marks this person's edits: what undo takes back. */
  readonly origin = { person: 'this' }
  readonly room: Room
  readonly presence: Presence
  readonly durable: DurableSources
  readonly session: SessionSocket
  /** The session as it is shown: a run that is over at once does not flicker. */
  readonly shownSession: Observable<SessionView>
  /** The cells that run or wait. */
  readonly runs: KeyedObservable<CellRun>
  readonly stale: KeyedObservable<StaleCell>
  readonly lastRuns: LastRuns
  readonly edits = new CellEdits(this.doc, this.origin)
  readonly undo = new Y.UndoManager(cellsOf(this.doc), { trackedOrigins: new Set([this.origin]) })
  readonly selection = new Watched<Selection>(selectOne(null))
  readonly order = new Watched<readonly string[]>([])
  /** How the selection marks each cell. */
  readonly marks = new Keyed<CellMark>()
  readonly finder = new Finder(this.doc, this.origin)
  readonly folds = new Folds(this.doc)
  readonly pool: EditorPool
  /** What the kernel says of code; nothing while there is none. */
  readonly help: KernelHelp = {
    complete: (code, cursor) => this.#ask({ type: 'complete', code, cursor }),
    inspect: (code, cursor) => this.#ask({ type: 'inspect', code, cursor, detail: 0 }),
  }
  readonly typeAhead = new TypeAhead()
  /** Which view of the past is shown beside the cells. */
  readonly past = new PastPlace()
  /** What a stroke does that was pressed before its cell's editor was there; the page sets it. */
  onTypedAhead: (cell: string, stroke: Stroke) => void = () => {}
  clipboard: readonly CellCopy[] = []

  constructor(opened: OpenedNotebook, origin: string) {
    this.opened = opened
    this.room = new Room({ origin, documentId: opened.documentId, epoch: opened.epoch, doc: this.doc })
    this.presence = new Presence(this.room.awareness)
    this.durable = new DurableSources(this.room)
    this.session = new SessionSocket(
      `${origin}/api/notebooks/${encodeURIComponent(opened.documentId)}/session`,
    )
    this.shownSession = calm(this.session.view, isBegun)
    this.lastRuns = new LastRuns(opened.path, this.session)
    this.pool = new EditorPool(
      this.origin,
      (editor, monaco) => equipEditor(this, editor, monaco),
      (editor, cell, text) => {
        const adornments = [
          showCarets(editor, this.presence, cell, text),
          showMatches(this.finder, editor, cell),
        ]
        return () => {
          for (const take of adornments) take()
        }
      },
    )
    this.session.notices.listen((notice) => notify(notice.level, notice.text))
    cellsOf(this.doc).observe(() => this.#reorder())
    const mark = (): void => this.marks.set(cellMarks(this.selection.get(), this.selected()))
    this.selection.subscribe(mark)
    this.order.subscribe(mark)
    this.stale = keyedBy(this.session.stale, (cells) => cells, equalityDeep)
    this.runs = keyedBy(this.shownSession, cellRuns, sameRun)
    this.selection.subscribe(() => this.tellPlace(null))
    void api.me().then((me) => {
      if (me.ok) this.presence.introduce({ ...me.value.actor, color: me.value.color })
    })
  }

  /** Tells the others which cell this is, and the caret in it where there is one. */
  tellPlace(stretch: Stretch | null): void {
    const { active } = this.selection.get()
    const found = active === null ? null : findCell(this.doc, active)
    this.presence.move(found === null ? null : active, found && cellSource(found.cell), stretch)
  }

  /** The selected cells in order. */
  selected(): readonly string[] {
    return selectedCells(this.selection.get(), this.order.get())
  }

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

  /** The cell that stands behind this one, and behind what is folded under it; null at the end. */
  behind(cell: string): string | null {
    const order = this.order.get()
    return order[order.indexOf(this.withFolded([cell]).at(-1) ?? '') + 1] ?? null
  }

  /** Selects a cell and shows it; `edit` puts the cursor into it, behind `offset` characters where they are told. */
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

  /** Queues the code cells among these. */
  run(cells: readonly string[]): void {
    const code = cells.filter((id) => this.typeOf(id) === 'code')
    if (code.length > 0) this.command({ type: 'run', cells: [...code] })
  }

  /** Sends a command; a refusal is told to the person. */
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

  close(): void {
    this.finder.close()
    this.pool.close()
    this.presence.close()
    this.undo.destroy()
    this.lastRuns.close()
    this.session.close()
    this.room.leave()
    this.doc.destroy()
  }

  async #ask(request: CommandRequest): Promise<unknown> {
    const { state } = this.session.view.get().kernel
    if (state !== 'idle' && state !== 'busy') return null
    const answer = await this.session.send(request)
    return answer.ok ? answer.content : null
  }

  // Edits and commands go by two sockets: what is run is what was written before, so the command names the edits.
  async #sendInOrder(request: CommandRequest): Promise<Answer> {
    if (request.type !== 'run' && request.type !== 'restart') return this.session.send(request)
    const after = this.room.edits
    if (after !== null) return this.session.send({ ...request, after })
    await this.room.settled()
    return this.session.send(request)
  }

  #reorder(): void {
    const before = this.order.get()
    const now = cellIds(this.doc)
    this.order.set(now)
    const next = afterChange(this.selection.get(), before, now)
    this.selection.set(next)
  }
}
