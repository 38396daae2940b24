/**
 * A cell's outputs as plain JSON for drawing. Invariant: an output that did not change is the same object as before,
 * and changes are read once per frame however many arrive.
 */
import type { YCell, YOutput } from '@yesterday/server/contract/document.ts'
import { cellOutputs } from '@yesterday/server/contract/document.ts'
import * as Y from 'yjs'

/** An nbformat output; a stream's `text` is one string. */
export type OutputJson = Readonly<Record<string, unknown>>

/** What watches the outputs of one cell. */
export interface OutputsView {
  readonly get: () => readonly OutputJson[]
  readonly subscribe: (listener: () => void) => () => void
}

const none: readonly OutputJson[] = []

/** Watches the outputs of `cell`. */
export function outputsView(cell: YCell): OutputsView {
  const known = new WeakMap<YOutput, OutputJson>()
  let current = read(cell, known)
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
    cell.observeDeep(changed)
    return () => {
      cancelAnimationFrame(frame)
      cell.unobserveDeep(changed)
    }
  }
  return { get: () => current, subscribe }
}

function read(cell: YCell, known: WeakMap<YOutput, OutputJson>): readonly OutputJson[] {
  const outputs = cellOutputs(cell)
  if (outputs === null || outputs.length === 0) return none
  return outputs.map((output) => {
    const json = known.get(output) ?? toJson(output)
    known.set(output, json)
    return json
  })
}

const toJson = (output: YOutput): OutputJson =>
  Object.fromEntries(
    [...output.entries()].map(([key, value]) => [
      key,
      value instanceof Y.Text ? value.toString() : value instanceof Y.AbstractType ? value.toJSON() : value,
    ]),
  )

function forget(target: Y.AbstractType<unknown>, known: WeakMap<YOutput, OutputJson>): void {
  for (let type: Y.AbstractType<unknown> | null = target; type !== null; type = type.parent) {
    if (type instanceof Y.Map) known.delete(type)
  }
}
