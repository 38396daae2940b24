/**
 * A dozen live editors for all cells of a notebook. Cells in view get one; an editor is taken from a cell that is out
 * of view and has not the focus. Invariant: at most `LIMIT` editors; the editor with the focus is never taken away;
 * a cell without one shows its static text.
 */
import type { editor } from 'monaco-editor/editor'
import type * as Y from 'yjs'
import { followScroll } from './follow-scroll.ts'
import { applyHeader, guardHeader } from './hidden-header.ts'
import { bindText, type Change } from './text-binding.ts'

type Monaco = typeof import('./monaco.ts')

/** A cell's place for an editor. */
export interface Slot {
  readonly cell: string
  /** Holds the static text; has `data-live` while an editor is in `mount`. */
  readonly host: HTMLElement
  readonly mount: HTMLElement
  readonly text: Y.Text
  /** Changed by `setLanguage`. */
  language: string
  readonly readOnly: boolean
  readonly onLive: (live: boolean) => void
  readonly onFocus: () => void
}

/** What to do to each new editor: keys, completion. */
export type Equip = (
  instance: editor.IStandaloneCodeEditor,
  monaco: Monaco['monaco'],
  cellOf: () => string,
) => void

/** What to show in an editor while a cell has it; answers the way to take it away. */
export type Adorn = (
  instance: editor.IStandaloneCodeEditor,
  cell: string,
  text: Y.Text,
  monaco: Monaco['monaco'],
) => () => void

/** What to do before an edit of a person is applied. */
export type BeforeEdit = (cell: string, change: Change) => void

interface Seat {
  readonly editor: editor.IStandaloneCodeEditor
  readonly element: HTMLElement
  slot: Slot | null
  unbind: () => void
}

interface Wanted {
  readonly cell: string
  readonly offset: number | undefined
  readonly settle: (done: boolean) => void
}

const LIMIT = 12

export class EditorPool {
  readonly #origin: object
  readonly #equip: Equip
  readonly #adorn: Adorn
  readonly #beforeEdit: BeforeEdit
  readonly #slots = new Map<Element, Slot>()
  readonly #inView = new Set<Slot>()
  readonly #seats: Seat[] = []
  readonly #views = new Map<string, editor.ICodeEditorViewState>()
  readonly #observer = new IntersectionObserver((entries) => this.#seen(entries), { rootMargin: '200px 0px' })
  #monaco: Monaco | null = null
  #loading: Promise<Monaco> | null = null
  #frame = 0
  /** The cell that is to have the cursor as soon as it has a place. */
  #wanted: Wanted | null = null

  constructor(
    origin: object,
    equip: Equip,
    adorn: Adorn = () => () => undefined,
    beforeEdit: BeforeEdit = () => undefined,
  ) {
    this.#origin = origin
    this.#equip = equip
    this.#adorn = adorn
    this.#beforeEdit = beforeEdit
  }

  /** Follows settings: fonts, line numbers, wrapping. */
  configure(): void {
    const options = this.#monaco?.readingOptions() ?? {}
    for (const seat of this.#seats) {
      seat.editor.updateOptions(options)
      layout(seat)
    }
  }

  /** Registers a cell's place; answers the way to leave. */
  add(slot: Slot): () => void {
    this.#slots.set(slot.host, slot)
    const leave = watchDrawn(slot.host, this.#observer)
    this.#focusWanted()
    return () => {
      leave()
      this.#remove(slot)
    }
  }

  /** Colours a cell in another language. In `sql` the first line is hidden. */
  setLanguage(host: Element, language: string): void {
    const slot = this.#slots.get(host)
    if (slot === undefined || slot.language === language) return
    slot.language = language
    const seat = this.#seats.find((each) => each.slot === slot)
    const model = seat?.editor.getModel()
    if (seat === undefined || !model || this.#monaco === null) return
    this.#monaco.monaco.editor.setModelLanguage(model, language)
    applyHeader(seat.editor)
    layout(seat)
  }

  /** Loads Monaco; from now on cells in view come alive. */
  load(): Promise<Monaco> {
    this.#loading ??= import('./monaco.ts').then(
      (loaded) => {
        loaded.paint()
        this.#monaco = loaded
        this.#schedule()
        return loaded
      },
      (error: unknown) => {
        // The server may be away: it is asked again when a cell is next entered.
        this.#loading = null
        throw error
      },
    )
    return this.#loading
  }

  /**
   * Puts the cursor into a cell, loading what is needed and waiting for the cell's place. True when it is there, false
   * when another cell was asked for meanwhile.
   */
  async focus(cell: string, offset?: number): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>()
    this.cancelFocus()
    this.#wanted = { cell, offset, settle: resolve }
    await this.load()
    this.#focusWanted()
    return promise
  }

  /** Forgets a cell that waits for the cursor. */
  cancelFocus(): void {
    this.#wanted?.settle(false)
    this.#wanted = null
  }

  #focusWanted(): void {
    const wanted = this.#wanted
    const slot = [...this.#slots.values()].find((each) => each.cell === wanted?.cell)
    if (wanted === null || slot === undefined || this.#monaco === null) return
    const seat = this.#seats.find((each) => each.slot === slot) ?? this.#seat(slot)
    if (seat === null) return
    const model = seat.editor.getModel()
    if (wanted.offset !== undefined && model) seat.editor.setPosition(model.getPositionAt(wanted.offset))
    seat.editor.focus()
    this.#wanted = null
    wanted.settle(true)
  }

  /** The live editor of a cell, where there is one. */
  editorOf(cell: string): editor.IStandaloneCodeEditor | null {
    return this.#seats.find((seat) => seat.slot?.cell === cell)?.editor ?? null
  }

  /** Characters before the caret of a cell; undefined where it has no live editor. */
  caretIn(cell: string): number | undefined {
    const editor = this.editorOf(cell)
    const [model, position] = [editor?.getModel(), editor?.getPosition()]
    return model && position ? model.getOffsetAt(position) : undefined
  }

  /** What the editor of a cell shows, and whether it shows this text; null where it has no live editor. */
  shownIn(cell: string, text: Y.Text): { readonly source: string; readonly isOf: boolean } | null {
    const seat = this.#seats.find((each) => each.slot?.cell === cell)
    const source = seat?.editor.getModel()?.getValue()
    return source === undefined ? null : { source, isOf: seat?.slot?.text === text }
  }

  /** Reads the page's colours again. */
  paint(): void {
    this.#monaco?.paint()
  }

  close(): void {
    cancelAnimationFrame(this.#frame)
    this.#observer.disconnect()
    for (const seat of this.#seats) {
      this.#vacate(seat)
      seat.editor.dispose()
    }
    this.#seats.length = 0
  }

  #seen(entries: readonly IntersectionObserverEntry[]): void {
    for (const entry of entries) {
      const slot = this.#slots.get(entry.target)
      if (slot === undefined) continue
      if (entry.isIntersecting) this.#inView.add(slot)
      else this.#inView.delete(slot)
    }
    this.#schedule()
  }

  // One editor a frame, so that scrolling never waits for a dozen of them.
  #schedule(): void {
    if (this.#monaco === null || this.#frame !== 0) return
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0
      const next = [...this.#inView].find((slot) => !this.#seats.some((seat) => seat.slot === slot))
      if (next !== undefined && this.#seat(next) !== null) this.#schedule()
    })
  }

  #seat(slot: Slot): Seat | null {
    const seat = this.#freeSeat()
    if (seat === null || this.#monaco === null) return null
    const { editor: editors } = this.#monaco.monaco
    const model = editors.createModel(slot.text.toString(), slot.language)
    model.setEOL(editors.EndOfLineSequence.LF)
    // The static text has one colour for brackets; the live one must not differ.
    model.updateOptions({
      bracketColorizationOptions: { enabled: false, independentColorPoolPerBracketType: false },
    })
    seat.slot = slot
    const unbind = bindText(model, slot.text, this.#origin, (change) => this.#beforeEdit(slot.cell, change))
    slot.mount.append(seat.element)
    seat.editor.setModel(model)
    const bare = this.#adorn(seat.editor, slot.cell, slot.text, this.#monaco.monaco)
    seat.unbind = () => {
      bare()
      unbind()
    }
    seat.editor.updateOptions({ readOnly: slot.readOnly })
    seat.editor.restoreViewState(this.#views.get(slot.cell) ?? null)
    applyHeader(seat.editor)
    slot.host.dataset.live = ''
    layout(seat)
    slot.onLive(true)
    return seat
  }

  #freeSeat(): Seat | null {
    const empty = this.#seats.find((seat) => seat.slot === null)
    if (empty !== undefined) return empty
    if (this.#seats.length < LIMIT) return this.#makeSeat()
    const idle = this.#seats.find(
      (seat) => seat.slot !== null && !this.#inView.has(seat.slot) && !seat.editor.hasWidgetFocus(),
    )
    if (idle !== undefined) this.#vacate(idle)
    return idle ?? null
  }

  #makeSeat(): Seat | null {
    if (this.#monaco === null) return null
    const element = document.createElement('div')
    const instance = this.#monaco.monaco.editor.create(element, this.#monaco.editorOptions())
    const seat: Seat = { editor: instance, element, slot: null, unbind: () => undefined }
    // The width of the text changes with each key; the editor's own does not follow it.
    instance.onDidContentSizeChange(({ contentHeightChanged }) => contentHeightChanged && layout(seat))
    instance.onDidFocusEditorText(() => seat.slot?.onFocus())
    new ResizeObserver(() => layout(seat)).observe(element)
    instance.onDidDispose(followScroll(instance))
    guardHeader(instance)
    instance.onDidChangeModelContent(({ changes }) => {
      if (changes.some(({ range }) => range.startLineNumber === 1)) applyHeader(instance)
    })
    this.#equip(instance, this.#monaco.monaco, () => seat.slot?.cell ?? '')
    this.#seats.push(seat)
    return seat
  }

  #vacate(seat: Seat): void {
    const { slot } = seat
    if (slot === null) return
    const view = seat.editor.saveViewState()
    if (view !== null) this.#views.set(slot.cell, view)
    const model = seat.editor.getModel()
    seat.unbind()
    seat.editor.setModel(null)
    model?.dispose()
    seat.element.remove()
    seat.slot = null
    delete slot.host.dataset.live
    slot.onLive(false)
  }

  #remove(slot: Slot): void {
    this.#slots.delete(slot.host)
    this.#inView.delete(slot)
    const seat = this.#seats.find((each) => each.slot === slot)
    if (seat !== undefined) this.#vacate(seat)
  }
}

function layout(seat: Seat): void {
  const width = seat.slot?.mount.clientWidth ?? 0
  if (width === 0) return
  const height = seat.editor.getContentHeight()
  seat.element.style.height = `${height}px`
  seat.editor.layout({ width, height })
}

/**
 * Watches a place unless the browser skips what it is in: a thousand watched places would cost at every frame. Answers
 * the way to end it.
 */
function watchDrawn(host: HTMLElement, observer: IntersectionObserver): () => void {
  const band = host.closest('.cell-band')
  const changed = (event: Event): void => {
    // An element within, as a frame, has states of its own.
    if (!(event instanceof ContentVisibilityAutoStateChangeEvent) || event.target !== band) return
    if (event.skipped) observer.unobserve(host)
    else observer.observe(host)
  }
  observer.observe(host)
  band?.addEventListener('contentvisibilityautostatechange', changed)
  return () => {
    band?.removeEventListener('contentvisibilityautostatechange', changed)
    observer.unobserve(host)
  }
}
