/**
 * Edits of outputs, written into the Y.Doc. Invariant: only the server writes here, and an output that is no longer
 * in the document (cell deleted, outputs cleared) is left alone.
 */
import * as Y from 'yjs'
import { cellOutputs, findCell, type YOutput } from '../../contract/document.ts'
import { escapeJson, type JsonObject } from '../../contract/json.ts'
import { boundedError } from './bounded-error.ts'
import { type Edit, type Output, type RichOutput, type StreamOutput, shownData } from './run-outputs.ts'

/** An edit whose large values are stored: `data`, escaped, replaces the output's own in the document. */
export interface PlacedEdit {
  /** The run that the output is of; '' where none is named. */
  readonly run: string
  readonly cell: string
  readonly edit: Edit
  readonly data: JsonObject | null
}

/** The document's side of outputs: which Y.Map shows which output. */
export class DocumentOutputs {
  readonly #doc: Y.Doc
  readonly #shown = new WeakMap<Output, YOutput>()
  readonly #more = new Map<string, YOutput>()
  readonly #onProduced: (output: YOutput) => void

  /** Calls `onProduced` with each added output, once it is in the document. */
  constructor(doc: Y.Doc, onProduced: (output: YOutput) => void = () => undefined) {
    this.#doc = doc
    this.#onProduced = onProduced
  }

  /** Applies one edit; to be called inside a transaction of the server. */
  apply(placed: PlacedEdit): void {
    const { run, cell, edit, data } = placed
    const found = findCell(this.#doc, cell)
    const outputs = found && cellOutputs(found.cell)
    if (!found || !outputs) return
    switch (edit.type) {
      case 'clear':
        this.#clear(outputs)
        break
      case 'append':
        this.#append(outputs, edit.output, data)
        break
      case 'text':
        this.#text(outputs, edit.output, (text) => {
          if (edit.edit.remove > 0) text.delete(edit.edit.at, edit.edit.remove)
          text.insert(edit.edit.at, edit.edit.insert)
        })
        break
      case 'spill':
        break
      case 'tail':
        this.#tail(outputs, edit.output, run)
        break
      case 'replace':
        this.#replace(outputs, edit.output, data)
        break
      case 'count':
        found.cell.set('execution_count', edit.count)
        return
      case 'more':
        this.#showHiddenCount(outputs, placed, edit.hidden)
        break
    }
  }

  #clear(outputs: Y.Array<YOutput>): void {
    if (outputs.length > 0) outputs.delete(0, outputs.length)
  }

  #append(outputs: Y.Array<YOutput>, output: Output, data: JsonObject | null): void {
    const shown: YOutput = new Y.Map(Object.entries(fields(output, data)))
    if (output.kind === 'stream') shown.set('text', new Y.Text())
    outputs.push([shown])
    this.#shown.set(output, shown)
    this.#onProduced(shown)
  }

  /** The Y.Map of an output, while it is in these outputs. */
  #find(outputs: Y.Array<YOutput>, output: Output): YOutput | null {
    const shown = this.#shown.get(output)
    return shown !== undefined && shown.parent === outputs && !shown._item?.deleted ? shown : null
  }

  #text(outputs: Y.Array<YOutput>, output: StreamOutput, change: (text: Y.Text) => void): void {
    const text = this.#find(outputs, output)?.get('text')
    if (text instanceof Y.Text) change(text)
  }

  #tail(outputs: Y.Array<YOutput>, output: StreamOutput, run: string): void {
    this.#text(outputs, output, (text) => {
      text.delete(0, text.length)
      text.insert(0, output.screen.text)
    })
    const { pages } = output
    if (pages.length > 0)
      this.#find(outputs, output)?.set('yesterday', { truncatedHead: { run, pages: [...pages] } })
  }

  #replace(outputs: Y.Array<YOutput>, output: RichOutput, data: JsonObject | null): void {
    const shown = this.#find(outputs, output)
    shown?.set('data', data ?? escapeJson(shownData(output)))
    shown?.set('metadata', escapeJson(output.metadata))
  }

  #showHiddenCount(outputs: Y.Array<YOutput>, { run, cell }: PlacedEdit, hidden: number): void {
    const data = {
      'text/plain': `… and ${hidden} more outputs. All of them: yesterday output ${run.slice(0, 8)}`,
    }
    const shown = this.#more.get(cell)
    if (shown !== undefined && shown.parent === outputs && !shown._item?.deleted) shown.set('data', data)
    else {
      const made: YOutput = new Y.Map(Object.entries({ output_type: 'display_data', data, metadata: {} }))
      outputs.push([made])
      this.#more.set(cell, made)
    }
  }
}

function fields(output: Output, data: JsonObject | null): Record<string, unknown> {
  switch (output.kind) {
    case 'stream':
      return { output_type: 'stream', name: output.name.toWellFormed() }
    case 'error':
      return { output_type: 'error', ...boundedError(output) }
    case 'rich': {
      const metadata = escapeJson(output.metadata)
      const shared = { output_type: output.type, data: data ?? escapeJson(shownData(output)), metadata }
      return output.type === 'execute_result' ? { ...shared, execution_count: output.executionCount } : shared
    }
  }
}
