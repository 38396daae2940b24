/**
 * A cell's outputs as plain JSON for drawing. Invariant: an output that did not change is the same object as before,
 * and changes are read once per frame however many arrive.
 */
import type { YCell, YOutput } from '@yesterday/server/contract/document.ts'
import {
  cellOutputs,
  isObjectReference,
  type ObjectReference,
  outputId,
} from '@yesterday/server/contract/document.ts'
import { equalityDeep } from 'lib0/function'
import * as Y from 'yjs'
import { z } from 'zod'
import { type OutputJson, setOutputId } from '../outputs/output.ts'

const Large = z.custom<ObjectReference>(isObjectReference)
const Bundle = z.record(z.string(), z.unknown())
const Drawn = z.object({
  output_type: z.enum(['display_data', 'execute_result', 'update_display_data']),
  data: Bundle,
  metadata: Bundle.catch({}),
  execution_count: z.number().nullable().optional().catch(undefined),
})
const Stream = z.object({
  output_type: z.literal('stream'),
  name: z.string(),
  text: z.union([z.string(), Large]),
  yesterday: z.unknown().optional(),
})
const Failure = z.object({
  output_type: z.literal('error'),
  ename: z.string(),
  evalue: z.string(),
  traceback: z.union([z.array(z.string()), Large]),
})
const Output = z.discriminatedUnion('output_type', [Stream, Drawn, Failure])

/** What watches the outputs of one cell. */
export interface OutputsView {
  readonly get: () => readonly OutputJson[]
  readonly subscribe: (listener: () => void) => () => void
}

const none: readonly OutputJson[] = []

/** Watches the outputs of `cell`. Before and between listeners, `get` reads again if the document has changed. */
export function outputsView(cell: YCell): OutputsView {
  const known = new WeakMap<YOutput, OutputJson>()
  const changes = changesOf(cell.doc)
  let current = read(cell, known)
  let seen = changes.count
  let listening = 0
  const get = (): readonly OutputJson[] => {
    if (listening === 0 && seen !== changes.count) {
      seen = changes.count
      current = readAgain(cell, known, current)
    }
    return current
  }
  const subscribe = (listener: () => void): (() => void) => {
    let frame = 0
    const refresh = (): void => {
      frame = 0
      current = read(cell, known)
      listener()
    }
    const changed = (events: readonly Y.YEvent<Y.AbstractType<unknown>>[]): void => {
      for (const event of events) forget(event.target, known)
      if (frame === 0) frame = requestAnimationFrame(refresh)
    }
    get()
    cell.observeDeep(changed)
    listening += 1
    return () => {
      cancelAnimationFrame(frame)
      cell.unobserveDeep(changed)
      listening -= 1
    }
  }
  return { get, subscribe }
}

/** The number of transactions of a document since it was first asked for. */
interface Changes {
  count: number
}

const counted = new WeakMap<Y.Doc, Changes>()

function changesOf(doc: Y.Doc | null): Changes {
  if (doc === null) return { count: 0 }
  const known = counted.get(doc)
  if (known !== undefined) return known
  const changes = { count: 0 }
  counted.set(doc, changes)
  doc.on('afterTransaction', () => {
    changes.count += 1
  })
  return changes
}

/** Reads what changed unobserved; outputs, and the list of them, that are as before stay the same objects. */
function readAgain(
  cell: YCell,
  known: WeakMap<YOutput, OutputJson>,
  before: readonly OutputJson[],
): readonly OutputJson[] {
  for (const output of cellOutputs(cell) ?? []) {
    const json = known.get(output)
    if (json !== undefined && !equalityDeep(json, toJson(output))) known.delete(output)
  }
  const now = read(cell, known)
  return now.length === before.length && now.every((one, at) => one === before[at]) ? before : now
}

function read(cell: YCell, known: WeakMap<YOutput, OutputJson>): readonly OutputJson[] {
  const outputs = cellOutputs(cell)
  if (outputs === null || outputs.length === 0) return none
  return outputs.map((output) => {
    const json = known.get(output) ?? toJson(output)
    known.set(output, json)
    setOutputId(json, outputId(output))
    return json
  })
}

// An output that breaks the schema is shown as what it says, rather than taking the cell down.
function toJson(output: YOutput): OutputJson {
  const entries = [...output.entries()].map(([key, value]) => [key, plain(value)])
  const parsed = Output.safeParse(Object.fromEntries(entries))
  if (parsed.success) return parsed.data
  return { output_type: 'stream', name: 'stderr', text: JSON.stringify(output.toJSON()) }
}

function plain(value: unknown): unknown {
  if (value instanceof Y.Text) return value.toString()
  return value instanceof Y.AbstractType ? value.toJSON() : value
}

function forget(target: Y.AbstractType<unknown>, known: WeakMap<YOutput, OutputJson>): void {
  for (let type: Y.AbstractType<unknown> | null = target; type !== null; type = type.parent) {
    if (type instanceof Y.Map) known.delete(type)
  }
}
