/** Receipts as the log has them, for tests of the pure parts. */
import type { Edge, Receipt } from '../../contract/run.ts'
import { digestOf } from '../../src/disk/digest.ts'
import { edge as anEdge } from '../store/entries.ts'

export function receipt(run: string, more: Partial<Receipt> = {}): Receipt {
  const source = more.source ?? `# ${run}`
  return {
    run,
    session: 's',
    notebook: 'a.ipynb',
    cell: 1,
    cellId: run,
    outcome: 'ok',
    actor: { id: 'ada', name: 'Ada' },
    queued: '2026-01-01T00:00:00.000Z',
    started: '2026-01-01T00:00:00.000Z',
    ended: '2026-01-01T00:00:01.000Z',
    durationMs: 1000,
    executionCount: 1,
    title: source,
    usedNames: [],
    generatedNames: [],
    source,
    sourceDigest: digestOf(source),
    order: 1,
    error: null,
    death: null,
    used: [],
    generated: [],
    environment: null,
    state: null,
    outputs: [],
    cost: null,
    notCaptured: [],
    ...more,
  }
}

/** An edge whose content is its name. */
export const edge = (name: string, more: Partial<Edge> = {}): Edge =>
  anEdge(name, { version: name, digest: digestOf(name), ...more })

export const file = (name: string, content: string | null, more: Partial<Edge> = {}): Edge =>
  edge(name, { kind: 'file', digest: content === null ? null : digestOf(content), ...more })
