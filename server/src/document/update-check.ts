/**
 * Whether a browser's update may enter a document. It is decoded, its references are checked, then it is tried on a
 * scratch copy and judged by what it changed there. Invariant: an update without a problem leaves the copy changed by
 * exactly this update, with nothing pending; a problem with `isApplied` means that the copy must be replaced.
 */
import * as Y from 'yjs'
import { judgeChange } from './change-rules.ts'

/** `problem` says for a person why the update is refused; null if it was applied to `scratch`. */
export interface CheckedUpdate {
  readonly problem: string | null
  /** False where `scratch` is as it was before. */
  readonly isApplied: boolean
}

export function tryUpdate(scratch: Y.Doc, update: Uint8Array): CheckedUpdate {
  let isApplied = false
  try {
    const problem = referenceProblem(scratch, update)
    if (problem !== null) return { problem, isApplied }
    isApplied = true
    return { problem: applyAndJudge(scratch, update), isApplied }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return { problem: `The update cannot be read: ${reason}`, isApplied }
  }
}

function applyAndJudge(scratch: Y.Doc, update: Uint8Array): string | null {
  let problem: string | null = null
  const judge = (transaction: Y.Transaction): void => {
    problem ??= judgeChange(transaction)
  }
  scratch.on('beforeObserverCalls', judge)
  try {
    Y.applyUpdate(scratch, update)
  } finally {
    scratch.off('beforeObserverCalls', judge)
  }
  const { pendingStructs, pendingDs } = scratch.store
  return problem ?? (pendingStructs === null && pendingDs === null ? null : missingParts)
}

const missingParts = 'The update builds on changes that the server does not have.'
const roots: ReadonlySet<string> = new Set(['cells', 'meta', 'state'])
const deepest = 200

/** An update that refers to what is not there would be held back by Yjs in a form that is costly to merge. */
function referenceProblem(doc: Y.Doc, update: Uint8Array): string | null {
  const { structs, ds } = Y.decodeUpdate(update)
  const ends = new Map<number, number>()
  const end = (client: number): number => ends.get(client) ?? Y.getState(doc.store, client)
  for (const struct of structs) {
    const { client, clock } = struct.id
    if (struct instanceof Y.Skip || clock > end(client)) return missingParts
    ends.set(client, Math.max(end(client), clock + struct.length))
  }
  const isKnown = (id: Y.ID | null): boolean => id === null || id.clock < end(id.client)
  for (const struct of structs) {
    const problem = struct instanceof Y.Item ? itemProblem(struct, isKnown) : null
    if (problem !== null) return problem
  }
  for (const [client, ranges] of ds.clients) {
    if (ranges.some((range) => range.clock + range.len > end(client))) return missingParts
  }
  return null
}

function itemProblem(item: Y.Item, isKnown: (id: Y.ID | null) => boolean): string | null {
  if (!isKnown(item.origin) || !isKnown(item.rightOrigin)) return missingParts
  const parent: unknown = item.parent
  if (parent instanceof Y.ID && !isKnown(parent)) return missingParts
  if (typeof parent === 'string' && !roots.has(parent)) return `A notebook has no part named "${parent}".`
  return contentProblem(item.content)
}

function contentProblem(content: Y.Item['content']): string | null {
  if (content instanceof Y.ContentString || content instanceof Y.ContentDeleted) return null
  if (content instanceof Y.ContentAny) {
    return content.arr.every((value) => depthBelow(value, deepest)) ? null : 'A value is nested too deeply.'
  }
  if (content instanceof Y.ContentType) {
    const { type } = content
    const isPlain = type.constructor === Y.Map || type.constructor === Y.Array || type.constructor === Y.Text
    return isPlain ? null : 'A notebook is made of maps, lists and texts alone.'
  }
  return 'A notebook is made of text and JSON alone.'
}

function depthBelow(value: unknown, limit: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  if (value instanceof Uint8Array) return false
  return limit > 0 && Object.values(value).every((member) => depthBelow(member, limit - 1))
}
