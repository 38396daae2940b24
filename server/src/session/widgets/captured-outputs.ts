/**
 * pure. The outputs that an Output widget shows, as its `outputs` trait has them (a list of nbformat outputs).
 * Invariant: the same messages give the same outputs as in a cell (run-outputs.ts), after what the kernel set itself.
 */
import type { Message } from '@yesterday/kernel-bridge'
import { z } from 'zod'
import { type Json, type JsonObject, unescapeJson } from '../../../contract/json.ts'
import { type Output, RunOutputs } from '../run-outputs.ts'

const Outputs = z.array(z.record(z.string(), z.json()))

export class CapturedOutputs {
  #given: readonly JsonObject[]
  #outputs = emptyOutputs()

  /** `given` are the outputs that the widget has already. */
  constructor(given: Json | undefined) {
    this.#given = Outputs.safeParse(given).data ?? []
  }

  accept(message: Pick<Message, 'header' | 'content'>): void {
    const edits = this.#outputs.accept(message)
    if (edits.some(({ type }) => type === 'clear')) this.#given = []
  }

  toJson(): readonly Json[] {
    return [...this.#given, ...this.#outputs.outputs.map(jsonOf)]
  }
}

function emptyOutputs(): RunOutputs {
  const outputs = new RunOutputs()
  outputs.forget()
  return outputs
}

function jsonOf(output: Output): JsonObject {
  switch (output.kind) {
    case 'stream':
      return { output_type: 'stream', name: output.name, text: output.screen.text }
    case 'error': {
      const { ename, evalue, traceback } = output
      return { output_type: 'error', ename, evalue, traceback: [...traceback] }
    }
    case 'rich': {
      const { type, data, metadata, executionCount } = output
      const shared = { output_type: type, data: unescapeJson(data), metadata: unescapeJson(metadata) }
      return type === 'execute_result' ? { ...shared, execution_count: executionCount } : shared
    }
  }
}
