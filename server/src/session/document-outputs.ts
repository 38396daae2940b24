/**
 * Edits of outputs, written into the Y.Doc. Invariant: only the server writes here, and an output that is no longer
 * in the document (cell deleted, outputs cleared) is left alone.
 */
import type { JsonObject } from '@yesterday/kernel-bridge'
import * as Y from 'yjs'
import { cellOutputs, findCell, type YOutput } from '../../contract/document.ts'
import type { Edit, Output, RichOutput, StreamOutput } from './run-outputs.ts'

/** An edit whose large values are stored: `data` stands in the document instead of the output's own. */
export interface PlacedEdit {
  readonly cell: string
  readonly edit: Edit
  readonly data: JsonObject | null
}

/** The document's side of outputs: which Y.Map shows which output. */
export class DocumentOutputs {
  readonly #doc: Y.Doc
  readonly #shown = new WeakMap<Output, YOutput>()
  readonly #more = new Map<string, YOutput>()

  constructor(doc: Y.Doc) {
    this.#doc = doc
  }

  /** Applies one edit; to be called inside a transaction of the server. */
  apply({ cell, edit, data }: PlacedEdit): void {
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
        this.#spill(outputs, edit.output, edit.text)
        break
      case 'replace':
        this.#replace(outputs, edit.output, data)
        break
      case 'count':
        found.cell.set('execution_count', edit.count)
        return
      case 'more':
        this.#sayMore(outputs, cell, edit.hidden)
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
  }

  /** The Y.Map of an output, while it stands in these outputs. */
  #find(outputs: Y.Array<YOutput>, output: Output): YOutput | null {
    const shown = this.#shown.get(output)
    return shown !== undefined && shown.parent === outputs && !shown._item?.deleted ? shown : null
  }

  #text(outputs: Y.Array<YOutput>, output: StreamOutput, change: (text: Y.Text) => void): void {
    const text = this.#find(outputs, output)?.get('text')
    if (text instanceof Y.Text) change(text)
  }

  #spill(outputs: Y.Array<YOutput>, output: StreamOutput, head: string): void {
    this.#text(outputs, output, (text) => text.delete(0, head.length))
    this.#find(outputs, output)?.set('yesterday', { truncatedHead: { pages: output.pages } })
  }

  #replace(outputs: Y.Array<YOutput>, output: RichOutput, data: JsonObject | null): void {
    const shown = this.#find(outputs, output)
    shown?.set('data', data ?? output.data)
    shown?.set('metadata', output.metadata)
  }

  #sayMore(outputs: Y.Array<YOutput>, cell: string, hidden: number): void {
    const data = { 'text/plain': `… and ${hidden} more outputs, which the run's receipt has.` }
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
      return { output_type: 'stream', name: output.name }
    case 'error': {
      const { ename, evalue, traceback } = output
      return { output_type: 'error', ename, evalue, traceback }
    }
    case 'rich': {
      const shared = { output_type: output.type, data: data ?? output.data, metadata: output.metadata }
      return output.type === 'execute_result' ? { ...shared, execution_count: output.executionCount } : shared
    }
  }
}
