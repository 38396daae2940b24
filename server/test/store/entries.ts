/** Entries of a run log, written as a session writes them; what a test does not care about is filled in. */
import type { Edge } from '../../contract/run.ts'
import { digestOf } from '../../src/disk/digest.ts'
import type {
  ContentRead,
  RunEnded,
  RunQueued,
  RunStarted,
  SessionEnded,
  SessionStarted,
} from '../../src/store/log-entry.ts'

const start = Date.parse('2026-03-01T12:00:00.000Z')

/** The time so many seconds after the first entry. */
export const at = (seconds: number): string => new Date(start + seconds * 1000).toISOString()

export const ada = { id: 'user:ada', name: 'Ada' }

export function edge(name: string, more: Partial<Edge> = {}): Edge {
  return {
    kind: 'variable',
    name,
    version: `${name}@1`,
    digest: null,
    edge: 'observed',
    by: null,
    makers: [],
    parts: null,
    reason: null,
    type: null,
    shape: null,
    schema: null,
    size: null,
    preview: null,
    deleted: false,
    query: null,
    facets: null,
    value: null,
    ...more,
  }
}

export function sessionStarted(session: string, more: Partial<SessionStarted> = {}): SessionStarted {
  return {
    type: 'session-started',
    actor: null,
    purpose: null,
    session,
    at: at(0),
    notebook: 'book.ipynb',
    documentId: null,
    kernel: {
      kernelId: `kernel of ${session}`,
      provider: 'local',
      specName: 'python3',
      startedAt: at(0),
      place: null,
    },
    displayName: 'Python 3',
    language: 'python',
    ...more,
  }
}

export const sessionEnded = (session: string): SessionEnded => ({
  type: 'session-ended',
  session,
  at: at(900),
  reason: 'asked',
})

export function queued(
  run: string,
  session: string,
  more: Partial<RunQueued> & { source?: string } = {},
): RunQueued {
  const { source = `# ${run}`, ...rest } = more
  return {
    type: 'run-queued',
    run,
    session,
    at: at(1),
    notebook: 'book.ipynb',
    cellId: `cell-${run}`,
    cell: 1,
    actor: ada,
    sourceDigest: digestOf(source),
    title: source.split('\n')[0] ?? '',
    ...rest,
  }
}

export const started = (run: string): RunStarted => ({ type: 'run-started', run, at: at(2) })

export function ended(run: string, order: number, more: Partial<RunEnded> = {}): RunEnded {
  return {
    type: 'run-ended',
    run,
    at: at(3),
    outcome: 'ok',
    started: at(2),
    durationMs: 1000,
    executionCount: order,
    order,
    error: null,
    death: null,
    used: [],
    generated: [],
    outputs: [],
    environment: null,
    state: null,
    cost: null,
    notCaptured: [],
    ...more,
  }
}

/** Digests that came behind a run's entry. */
export const contentRead = (
  run: string,
  session: string,
  contents: ContentRead['contents'],
): ContentRead => ({ type: 'content-read', run, session, at: at(4), contents })
