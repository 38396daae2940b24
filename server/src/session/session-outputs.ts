/**
 * From kernel messages to the document: messages wait a moment, are reduced together, and are written in one
 * transaction. Invariant: order is kept; a run's result and a few messages after a pause are written at once, many at
 * most every 30 ms; large values are stored before the document refers to them.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Masker, Message } from '@yesterday/kernel-bridge'
import { attempt, inBackground, logFault } from '@yesterday/kernel-bridge/background'
import type * as Y from 'yjs'
import { origin, type YOutput } from '../../contract/document.ts'
import { OutputMask } from '../document/output-mask.ts'
import type { ObjectStore } from '../store/ports.ts'
import { Crowd } from './crowd.ts'
import { DocumentOutputs, type PlacedEdit } from './document-outputs.ts'
import { type Arrival, joinStreams, type Place, slicesOf, textSize } from './output-arrivals.ts'
import { isSmall, outlineBundle } from './output-objects.ts'
import {
  displayUpdate,
  type Edit,
  isShown,
  type Output,
  type RichOutput,
  RunOutputs,
  type StreamOutput,
  shownData,
} from './run-outputs.ts'

/** Writes that many outputs lead to are this far apart, ms. */
const PAUSE_MS = 30
/** So many writes after a pause need not wait: a cell's number, its first text, its result. */
const AT_ONCE = 4
/** Half a mebibyte of text is written this far apart, ms. */
const TAIL_PAUSE_MS = 250

/** What a person waits for, and a run says once. */
const concluding: ReadonlySet<string> = new Set(['execute_result', 'error'])

/** The listener for outputs. */
export interface OutputsHearing {
  /** One was put into the document. */
  readonly onProduced?: (output: YOutput) => void
  /** More waits than is good, or no longer: the kernel's next outputs are to wait in the kernel. */
  readonly onCrowded?: (isCrowded: boolean) => void
}

export class SessionOutputs {
  readonly #doc: Y.Doc
  readonly #objects: ObjectStore
  readonly #masker: Masker
  readonly #document: DocumentOutputs
  readonly #places = new Map<string, Place>()
  readonly #ended = new Set<string>()
  /** The run whose outputs a cell shows. */
  readonly #latest = new Map<string, string>()
  readonly #displays = new Map<string, Set<{ readonly cell: string; readonly output: RichOutput }>>()
  readonly #crowd: Crowd
  #arrived: Arrival[] = []
  #flushing: Promise<void> = Promise.resolve()
  #busy = false
  #timer: ReturnType<typeof setTimeout> | null = null
  /** Until when writes so far use up the time; ahead of now by at most `AT_ONCE` pauses. */
  #paidUntil = Number.NEGATIVE_INFINITY

  /** `onProduced` is called with each output that is added to the document. */
  constructor(doc: Y.Doc, objects: ObjectStore, masker: Masker, hearing: OutputsHearing = {}) {
    this.#masker = masker
    this.#doc = doc
    this.#objects = objects
    this.#document = new DocumentOutputs(doc, hearing.onProduced)
    this.#crowd = new Crowd(hearing.onCrowded ?? (() => undefined))
  }

  /** From now on messages of this run are written to its cell, in place of those of the run before. */
  begin(run: string, cell: string): void {
    this.#forgetEnded(this.#latest.get(cell))
    this.#places.set(run, {
      run,
      cell,
      outputs: new RunOutputs(),
      mask: new OutputMask(this.#masker),
      hasConcluded: false,
    })
    this.#latest.set(cell, run)
  }

  /** False if the run's messages are dropped now. */
  has(run: string): boolean {
    return this.#places.has(run)
  }

  /** The run whose outputs a cell shows; null where it shows none of this session. */
  runOf(cell: string): string | null {
    const run = this.#latest.get(cell)
    return run !== undefined && this.has(run) ? run : null
  }

  /** A message of a run; also long after its end, from a thread that it started. */
  accept(run: string, message: Pick<Message, 'header' | 'content'>): void {
    const place = this.#places.get(run)
    if (place === undefined || !isShown(message.header.msg_type)) return
    for (const masked of place.mask.accept(message)) this.#push({ place, message: masked })
    const concludes = !place.hasConcluded && concluding.has(message.header.msg_type)
    if (concludes) place.hasConcluded = true
    if (concludes && !this.#busy) this.#begin()
    else this.#schedule()
  }

  /** The run is over: settles with its outputs when all of them are in the document. */
  async end(run: string): Promise<RunOutputs | null> {
    const place = this.#places.get(run)
    if (place === undefined) return null
    for (const held of place.mask.flush()) this.#push({ place, message: held })
    this.#push({ place, message: 'end' })
    await this.settled()
    this.#ended.add(run)
    if (this.#latest.get(place.cell) !== run) this.#forgetEnded(run)
    return place.outputs
  }

  /** Settles when all that has come is in the document. */
  async settled(): Promise<void> {
    while (this.#arrived.length > 0 || this.#busy) {
      await this.#flush()
      // What else is to be done, a stop of the server among it, has its turn.
      if (this.#arrived.length > 0 || this.#busy) await nextTurn()
    }
  }

  /** Empties these cells; what a running one writes next starts from nothing. */
  async clear(cells: readonly string[]): Promise<void> {
    await this.settled()
    for (const cell of cells) this.#places.get(this.#latest.get(cell) ?? '')?.outputs.forget()
    this.#write(cells.map((cell) => ({ run: '', cell, edit: { type: 'clear' }, data: null })))
  }

  /** Nothing more of the runs so far is written to this cell. */
  async leave(cell: string): Promise<void> {
    await this.settled()
    this.#forgetEnded(this.#latest.get(cell))
    this.#latest.delete(cell)
    for (const shown of this.#displays.values())
      for (const display of shown) if (display.cell === cell) shown.delete(display)
  }

  #forgetEnded(run: string | undefined): void {
    if (run !== undefined && this.#ended.delete(run)) this.#places.delete(run)
  }

  /** Forgets all runs: the kernel was replaced. */
  forgetAll(): void {
    this.#places.clear()
    this.#ended.clear()
    this.#displays.clear()
  }

  #schedule(): void {
    if (this.#timer !== null || this.#busy) return
    const wait = this.#paidUntil - (AT_ONCE - 1) * PAUSE_MS - performance.now()
    if (wait <= 0) this.#begin()
    else this.#timer = setTimeout(() => this.#begin(), wait)
  }

  #begin(): void {
    inBackground(this.#flush(), 'writing outputs')
  }

  #flush(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    if (!this.#busy) this.#flushing = this.#placeArrived()
    return this.#flushing
  }

  async #placeArrived(): Promise<void> {
    this.#busy = true
    const arrived = this.#take()
    let left = sizeOf(arrived)
    try {
      let edits: PlacedEdit[] = []
      for (const slice of slicesOf(arrived)) {
        const more = this.#reduce(slice)
        edits = onlyTails([...edits, ...(more.every(isImmediate) ? more : await this.#store(more))])
        left -= sizeOf(slice)
        this.#crowd.remove(sizeOf(slice))
        if (left > 0) await nextTurn()
      }
      if (edits.length === 0) return
      this.#write(edits)
      this.#pay(edits)
    } catch (error) {
      // The run's record has what the document now lacks.
      logFault('writing outputs', error)
    } finally {
      this.#crowd.remove(left)
      this.#busy = false
      if (this.#arrived.length > 0) this.#schedule()
    }
  }

  #push(arrival: Arrival): void {
    this.#arrived.push(arrival)
    this.#crowd.add(textSize(arrival))
  }

  #take(): readonly Arrival[] {
    const arrived = this.#arrived
    this.#arrived = []
    return arrived
  }

  /** A write takes time of all that the others have, and a long one takes more: every client is sent it. */
  #pay(edits: readonly PlacedEdit[]): void {
    const now = performance.now()
    const pause = edits.some(({ edit }) => edit.type === 'tail') ? TAIL_PAUSE_MS : PAUSE_MS
    this.#paidUntil = Math.min(
      Math.max(this.#paidUntil, now) + pause,
      now + Math.max(pause, AT_ONCE * PAUSE_MS),
    )
  }

  #write(edits: readonly PlacedEdit[]): void {
    if (edits.length === 0) return
    const isNumber = edits.every(({ edit }) => edit.type === 'count')
    this.#doc.transact(
      () => {
        for (const edit of edits) attempt('writing an output', () => this.#document.apply(edit))
      },
      isNumber ? origin.progress : origin.server,
    )
  }

  #reduce(arrived: readonly Arrival[]): PlacedEdit[] {
    return joinStreams(arrived).flatMap(({ place, message }) => {
      if (message !== 'end' && message.header.msg_type === 'update_display_data')
        return this.#updateDisplay(message.content)
      const edits = editsOf(place, message)
      for (const edit of edits) this.#remember(place.cell, edit)
      return this.#latest.get(place.cell) === place.run
        ? edits.map((edit) => ({ run: place.run, cell: place.cell, edit, data: null }))
        : []
    })
  }

  #remember(cell: string, edit: Edit): void {
    if (edit.type !== 'append' || edit.output.kind !== 'rich' || edit.output.displayId === null) return
    const shown = this.#displays.get(edit.output.displayId) ?? new Set()
    shown.add({ cell, output: edit.output })
    this.#displays.set(edit.output.displayId, shown)
  }

  #updateDisplay(content: unknown): PlacedEdit[] {
    const update = displayUpdate(content)
    const shown = update === null ? undefined : this.#displays.get(update.displayId)
    if (update === null || shown === undefined) return []
    return [...shown].map(({ cell, output }) => {
      output.data = update.data
      output.metadata = update.metadata
      output.problem = update.problem
      return { run: '', cell, edit: { type: 'replace', output }, data: null }
    })
  }

  #store(edits: readonly PlacedEdit[]): Promise<PlacedEdit[]> {
    return Promise.all(
      edits.map(async (placed) => {
        const { edit } = placed
        if (edit.type === 'spill') await this.#storePage(edit.output, edit.text)
        const bundle = bundleOf(edit)
        return bundle === null ? placed : { ...placed, data: await outlineBundle(bundle, this.#objects) }
      }),
    )
  }

  async #storePage({ pages }: StreamOutput, text: string): Promise<void> {
    const bytes = Buffer.from(text)
    const page = pages.push({ digest: '', size: bytes.length }) - 1
    pages[page] = { digest: await this.#objects.put(bytes), size: bytes.length }
  }
}

const sizeOf = (arrived: readonly Arrival[]): number =>
  arrived.reduce((sum, arrival) => sum + textSize(arrival), 0)

/** A message that is more than we can read costs one output, and says so in its place. */
function editsOf({ run, outputs }: Place, message: Arrival['message']): readonly Edit[] {
  try {
    return message === 'end' ? outputs.end() : outputs.accept(message)
  } catch (error) {
    logFault(`reading an output of run ${run}`, error)
    return outputs.refuse(`could not be read (${error instanceof Error ? error.message : String(error)})`)
  }
}

function bundleOf(edit: Edit): RichOutput['data'] | null {
  if (edit.type !== 'append' && edit.type !== 'replace') return null
  return edit.output.kind === 'rich' ? shownData(edit.output) : null
}

function isImmediate({ edit }: { readonly edit: Edit }): boolean {
  const bundle = bundleOf(edit)
  return edit.type !== 'spill' && (bundle === null || isSmall(bundle))
}

/** Where the beginning of a stream was taken away, its edits become one: what of it is shown in the end. */
function onlyTails(edits: readonly PlacedEdit[]): PlacedEdit[] {
  const isCut = ({ type }: Edit) => type === 'spill' || type === 'tail'
  const cut = new Set(edits.flatMap(({ edit }) => (isCut(edit) && 'output' in edit ? [edit.output] : [])))
  const tails = new Map<Output, PlacedEdit>()
  const others = edits.filter((placed) => {
    const { edit } = placed
    if ((edit.type !== 'text' && !isCut(edit)) || !('output' in edit) || !cut.has(edit.output)) return true
    if (edit.output.kind === 'stream')
      tails.set(edit.output, { ...placed, edit: { type: 'tail', output: edit.output } })
    return false
  })
  return [...others, ...tails.values()]
}
