/**
 * Tracks which outputs of a document were produced here, by a run of this server or by a recorded one. All others came
 * with a file. Clients use it to decide whether the code of an output may reach the network. Invariant: an output is
 * reported as own only after this server wrote it, or if the record of a run of its cell holds each of its forms.
 */
import { inBackground } from '@yesterday/kernel-bridge/background'
import * as Y from 'yjs'
import {
  cellId,
  cellOutputs,
  cellsOf,
  cellType,
  isObjectReference,
  outputId,
  type YCell,
  type YOutput,
} from '../../contract/document.ts'
import { type Json, unescapeJson, unescapeKey } from '../../contract/json.ts'
import { mayAct } from '../../contract/mime-rules.ts'
import type { Event } from '../../contract/session.ts'
import { digestOf } from '../disk/digest.ts'
import type { RunIndex } from '../store/ports.ts'
import { bytesOf } from './output-objects.ts'

type OwnEvent = Extract<Event, { type: 'ownOutputs' }>

export interface OwnOutputsOptions {
  readonly doc: Y.Doc
  readonly index: Pick<RunIndex, 'page' | 'receipt'>
  /** False if the history is not trusted: then only outputs of this server's runs are own. */
  readonly trustsHistory: boolean
  readonly emit: (event: OwnEvent) => void
}

/** Changes within this time (ms) are compared together. */
const PAUSE_MS = 50
/** Number of recent runs of a cell that its outputs are compared with. */
const RUNS = 20
/** Maximum time (ms) that a client waits for the first comparison. */
const READY_MS = 2000
/** A value of a document, which is JSON. */
const jsonOf = (value: unknown): Json => JSON.parse(JSON.stringify(value ?? null))

export class OwnOutputs {
  readonly #options: OwnOutputsOptions
  readonly #own = new Set<string>()
  /** Outputs that the record does not have. */
  readonly #foreign = new Set<string>()
  #ready = Promise.withResolvers<void>()
  #fresh: string[] = []
  #timer: ReturnType<typeof setTimeout> | null = null
  #isWatching = false

  constructor(options: OwnOutputsOptions) {
    this.#options = options
  }

  /** All own outputs that are known now. */
  get all(): OwnEvent {
    return { type: 'ownOutputs', outputs: [...this.#own], whole: true }
  }

  /** Settles after the first comparison with the record, or after `READY_MS`. */
  async ready(): Promise<void> {
    const late = new Promise<void>((resolve) => setTimeout(resolve, READY_MS).unref())
    await Promise.race([this.#ready.promise, late])
  }

  /** Marks an output that a run of this server produced. Call it after the output is in the document. */
  add(output: YOutput): void {
    const id = outputId(output)
    if (id !== null) this.#report(id)
  }

  /** Starts comparing outputs with the record, now and after each change; called while a client is connected. */
  start(): void {
    if (this.#isWatching) return
    this.#isWatching = true
    cellsOf(this.#options.doc).observeDeep(this.#changed)
    this.#soon()
  }

  stop(): void {
    this.#isWatching = false
    this.#ready = Promise.withResolvers()
    cellsOf(this.#options.doc).unobserveDeep(this.#changed)
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    this.#forgetGone()
  }

  readonly #changed = (events: readonly Y.YEvent<Y.AbstractType<unknown>>[]): void => {
    if (events.some(({ target }) => target instanceof Y.Array)) this.#soon()
  }

  #soon(): void {
    if (!this.#options.trustsHistory) {
      this.#ready.resolve()
      return
    }
    this.#timer ??= setTimeout(() => {
      this.#timer = null
      inBackground(this.#look(), 'comparing outputs with the record')
    }, PAUSE_MS)
  }

  async #look(): Promise<void> {
    try {
      for (const cell of cellsOf(this.#options.doc).toArray()) {
        if (!this.#isWatching) return
        const unknown = codeOutputs(cell).filter(({ id }) => !this.#own.has(id) && !this.#foreign.has(id))
        if (unknown.length > 0) await this.#compare(cellId(cell), unknown)
      }
    } finally {
      this.#ready.resolve()
    }
  }

  /** Compares outputs of a cell with its recent runs. Most are of the last one. */
  async #compare(cell: string, outputs: readonly CodeOutput[]): Promise<void> {
    const { index } = this.#options
    const left = new Map(outputs.map(({ id, output }) => [id, formDigests(output)]))
    const recorded = new Set<string>()
    const { runs } = await index.page({ cellId: cell, limit: RUNS })
    for (const { run } of runs) {
      for (const { digest } of (await index.receipt(run))?.outputs ?? []) recorded.add(digest)
      for (const [id, digests] of left) {
        if (!digests.every((digest) => recorded.has(digest))) continue
        this.#report(id)
        left.delete(id)
      }
      if (left.size === 0) return
    }
    for (const id of left.keys()) this.#foreign.add(id)
  }

  #report(id: string): void {
    if (this.#own.has(id)) return
    this.#own.add(id)
    this.#foreign.delete(id)
    if (this.#fresh.push(id) === 1) queueMicrotask(() => this.#flush())
  }

  // The document's update is sent later, once it is durable: a client knows whose an output is when it arrives.
  #flush(): void {
    const outputs = this.#fresh
    this.#fresh = []
    this.#options.emit({ type: 'ownOutputs', outputs, whole: false })
  }

  #forgetGone(): void {
    const there = new Set(
      cellsOf(this.#options.doc)
        .toArray()
        .flatMap(codeOutputs)
        .map(({ id }) => id),
    )
    for (const known of [this.#own, this.#foreign])
      for (const id of known) if (!there.has(id)) known.delete(id)
  }
}

interface CodeOutput {
  readonly id: string
  readonly output: YOutput
}

/** The outputs of a cell whose drawing may run code or reach the network. */
function codeOutputs(cell: YCell): CodeOutput[] {
  if (cellType(cell) !== 'code') return []
  return [...(cellOutputs(cell) ?? [])].flatMap((output) => {
    const data: unknown = output instanceof Y.Map ? output.get('data') : null
    const acts = typeof data === 'object' && data !== null && Object.keys(data).some(mayAct)
    const id = acts ? outputId(output) : null
    return id === null ? [] : [{ id, output }]
  })
}

/** The digest of each form of an output, computed as the record does (output-objects.ts). */
function formDigests(output: YOutput): readonly string[] {
  const data = jsonOf(output.get('data'))
  if (typeof data !== 'object' || data === null) return ['']
  return Object.entries(data).map(([mime, value]) =>
    isObjectReference(value)
      ? value['yesterday.object'].digest
      : digestOf(bytesOf(unescapeKey(mime), unescapeJson(jsonOf(value)))),
  )
}
