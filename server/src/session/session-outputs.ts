/**
 * From kernel messages to the document: messages wait a moment, are reduced together, and are written in one
 * transaction. Invariant: order is kept; a run's result and a few messages after a pause are written at once, many at
 * most every 30 ms; large values are stored before the document speaks of them.
 */
import type { Message } from '@yesterday/kernel-bridge'
import type * as Y from 'yjs'
import { origin } from '../../contract/document.ts'
import type { ObjectStore } from '../store/ports.ts'
import { DocumentOutputs, type PlacedEdit } from './document-outputs.ts'
import { isSmall, outlineBundle } from './output-objects.ts'
import { displayUpdate, type Edit, isShown, type RichOutput, RunOutputs } from './run-outputs.ts'

/** Writes that many outputs lead to are this far apart, ms. */
const PAUSE_MS = 30
/** So many writes after a pause need not wait: a cell's number, its first text, its result. */
const AT_ONCE = 4

/** What a person waits for, and a run says once. */
const concluding: ReadonlySet<string> = new Set(['execute_result', 'error'])

interface Place {
  readonly run: string
  readonly cell: string
  readonly outputs: RunOutputs
  /** Whether its result, or the error in place of one, was written without a wait: once for a run. */
  hasConcluded: boolean
}
type Arrival = { readonly place: Place; readonly message: Pick<Message, 'header' | 'content'> | 'end' }

export class SessionOutputs {
  readonly #doc: Y.Doc
  readonly #objects: ObjectStore
  readonly #document: DocumentOutputs
  readonly #places = new Map<string, Place>()
  readonly #ended = new Set<string>()
  /** The run whose outputs a cell shows. */
  readonly #latest = new Map<string, string>()
  readonly #displays = new Map<string, Set<{ readonly cell: string; readonly output: RichOutput }>>()
  #arrived: Arrival[] = []
  #flushing: Promise<void> = Promise.resolve()
  #busy = false
  #timer: ReturnType<typeof setTimeout> | null = null
  /** Until when writes so far use up the time; ahead of now by at most `AT_ONCE` pauses. */
  #paidUntil = Number.NEGATIVE_INFINITY

  constructor(doc: Y.Doc, objects: ObjectStore) {
    this.#doc = doc
    this.#objects = objects
    this.#document = new DocumentOutputs(doc)
  }

  /** From now on messages of this run are written to its cell, in place of those of the run before. */
  begin(run: string, cell: string): void {
    this.#forgetEnded(this.#latest.get(cell))
    this.#places.set(run, { run, cell, outputs: new RunOutputs(), hasConcluded: false })
    this.#latest.set(cell, run)
  }

  /** False where the run's messages are nobody's any more. */
  has(run: string): boolean {
    return this.#places.has(run)
  }

  /** A message of a run; also long after its end, from a thread that it started. */
  accept(run: string, message: Pick<Message, 'header' | 'content'>): void {
    const place = this.#places.get(run)
    if (place === undefined || !isShown(message.header.msg_type)) return
    this.#arrived.push({ place, message })
    const concludes = !place.hasConcluded && concluding.has(message.header.msg_type)
    if (concludes) place.hasConcluded = true
    if (concludes && !this.#busy) void this.#flush()
    else this.#schedule()
  }

  /** The run is over: settles with its outputs when all of them are in the document. */
  async end(run: string): Promise<RunOutputs | null> {
    const place = this.#places.get(run)
    if (place === undefined) return null
    this.#arrived.push({ place, message: 'end' })
    await this.settled()
    this.#ended.add(run)
    if (this.#latest.get(place.cell) !== run) this.#forgetEnded(run)
    return place.outputs
  }

  /** Settles when all that has come is in the document. */
  async settled(): Promise<void> {
    while (this.#arrived.length > 0 || this.#busy) await this.#flush()
  }

  /** Empties these cells; what a running one writes next starts from nothing. */
  async clear(cells: readonly string[]): Promise<void> {
    await this.settled()
    for (const cell of cells) this.#places.get(this.#latest.get(cell) ?? '')?.outputs.forget()
    this.#write(cells.map((cell) => ({ cell, edit: { type: 'clear' }, data: null })))
  }

  #forgetEnded(run: string | undefined): void {
    if (run !== undefined && this.#ended.delete(run)) this.#places.delete(run)
  }

  /** Runs that nobody will speak of any more: the kernel is another. */
  forgetAll(): void {
    this.#places.clear()
    this.#ended.clear()
    this.#displays.clear()
  }

  #schedule(): void {
    if (this.#timer !== null || this.#busy) return
    const wait = this.#paidUntil - (AT_ONCE - 1) * PAUSE_MS - performance.now()
    if (wait <= 0) void this.#flush()
    else this.#timer = setTimeout(() => void this.#flush(), wait)
  }

  #flush(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    if (this.#busy) return this.#flushing
    this.#busy = true
    const edits = this.#reduce(this.#arrived)
    this.#arrived = []
    this.#flushing = this.#placeAll(edits)
    return this.#flushing
  }

  async #placeAll(edits: readonly Omit<PlacedEdit, 'data'>[]): Promise<void> {
    try {
      if (edits.length === 0) return
      if (edits.every(isImmediate)) this.#write(edits.map((one) => ({ ...one, data: null })))
      else this.#write(await this.#store(edits))
    } finally {
      this.#busy = false
      if (edits.length > 0) this.#pay()
      if (this.#arrived.length > 0) this.#schedule()
    }
  }

  #pay(): void {
    const now = performance.now()
    this.#paidUntil = Math.min(Math.max(this.#paidUntil, now) + PAUSE_MS, now + AT_ONCE * PAUSE_MS)
  }

  #write(edits: readonly PlacedEdit[]): void {
    if (edits.length === 0) return
    const isNumber = edits.every(({ edit }) => edit.type === 'count')
    this.#doc.transact(
      () => {
        for (const edit of edits) this.#document.apply(edit)
      },
      isNumber ? origin.progress : origin.server,
    )
  }

  #reduce(arrived: readonly Arrival[]): Omit<PlacedEdit, 'data'>[] {
    return joinStreams(arrived).flatMap(({ place, message }) => {
      if (message !== 'end' && message.header.msg_type === 'update_display_data')
        return this.#updateDisplay(message.content)
      const edits = message === 'end' ? place.outputs.end() : place.outputs.accept(message)
      for (const edit of edits) this.#remember(place.cell, edit)
      return this.#latest.get(place.cell) === place.run
        ? edits.map((edit) => ({ cell: place.cell, edit }))
        : []
    })
  }

  #remember(cell: string, edit: Edit): void {
    if (edit.type !== 'append' || edit.output.kind !== 'rich' || edit.output.displayId === null) return
    const shown = this.#displays.get(edit.output.displayId) ?? new Set()
    shown.add({ cell, output: edit.output })
    this.#displays.set(edit.output.displayId, shown)
  }

  #updateDisplay(content: unknown): Omit<PlacedEdit, 'data'>[] {
    const update = displayUpdate(content)
    const shown = update === null ? undefined : this.#displays.get(update.displayId)
    if (update === null || shown === undefined) return []
    return [...shown].map(({ cell, output }) => {
      output.data = update.data
      output.metadata = update.metadata
      return { cell, edit: { type: 'replace', output } }
    })
  }

  #store(edits: readonly Omit<PlacedEdit, 'data'>[]): Promise<PlacedEdit[]> {
    return Promise.all(
      edits.map(async ({ cell, edit }) => {
        if (edit.type === 'spill') {
          const bytes = Buffer.from(edit.text)
          const page = edit.output.pages.push({ digest: '', size: bytes.length }) - 1
          edit.output.pages[page] = { digest: await this.#objects.put(bytes), size: bytes.length }
        }
        const bundle = bundleOf(edit)
        return { cell, edit, data: bundle === null ? null : await outlineBundle(bundle, this.#objects) }
      }),
    )
  }
}

function bundleOf(edit: Edit): RichOutput['data'] | null {
  if (edit.type !== 'append' && edit.type !== 'replace') return null
  return edit.output.kind === 'rich' ? edit.output.data : null
}

function isImmediate({ edit }: { readonly edit: Edit }): boolean {
  const bundle = bundleOf(edit)
  return edit.type !== 'spill' && (bundle === null || isSmall(bundle))
}

/** Neighbouring chunks of one stream of one run become one chunk: one edit instead of hundreds. */
function joinStreams(arrived: readonly Arrival[]): Arrival[] {
  const joined: Arrival[] = []
  let chunks: string[] = []
  for (const [index, arrival] of arrived.entries()) {
    const text = chunkOf(arrival)
    if (text === null) joined.push(arrival)
    else {
      chunks.push(text)
      const next = arrived[index + 1]
      if (next !== undefined && continues(arrival, next)) continue
      joined.push(withText(arrival, chunks.join('')))
      chunks = []
    }
  }
  return joined
}

function chunkOf({ message }: Arrival): string | null {
  if (message === 'end' || message.header.msg_type !== 'stream') return null
  return typeof message.content.text === 'string' ? message.content.text : null
}

function continues(one: Arrival, next: Arrival): boolean {
  if (one.message === 'end' || next.message === 'end' || chunkOf(next) === null) return false
  return one.place === next.place && one.message.content.name === next.message.content.name
}

function withText(arrival: Arrival, text: string): Arrival {
  if (arrival.message === 'end') return arrival
  const { header, content } = arrival.message
  return { place: arrival.place, message: { header, content: { ...content, text } } }
}
