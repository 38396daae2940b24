/** From cells to runs: the source is read from the document now and is what will run, whatever is typed later. */
import type * as Y from 'yjs'
import { cellId, cellSource, cellsOf, cellType, hasTag, tag } from '../../contract/document.ts'
import type { RunId, Timestamp } from '../../contract/ids.ts'
import type { Actor } from '../../contract/session.ts'
import { digestOf } from '../disk/digest.ts'
import type { Secrets } from '../secrets/secrets.ts'
import type { Run } from './state.ts'

export interface FreezeOptions {
  readonly actor: Actor
  readonly queued: Timestamp
  readonly stopOnError: boolean
  readonly newId: () => RunId
  readonly secrets: Secrets
}

/** The runs of these cells in this order; cells that are gone, empty or not code give none. */
export function freeze(doc: Y.Doc, cells: readonly string[], options: FreezeOptions): Run[] {
  const { actor, queued, stopOnError, newId } = options
  const all = cellsOf(doc).toArray()
  const places = new Map(all.map((cell, index) => [cellId(cell), index]))
  return cells.flatMap((cell): Run[] => {
    const index = places.get(cell)
    const found = index === undefined ? undefined : all[index]
    if (found === undefined || index === undefined || cellType(found) !== 'code') return []
    const source = cellSource(found).toString()
    if (source.trim() === '') return []
    const frozen = frozenSource(source, options.secrets)
    const stops = stopOnError && !hasTag(found, tag.raises)
    return [{ run: newId(), cell, place: index + 1, actor, queued, ...frozen, stopOnError: stops }]
  })
}

/** A source to run, with what is recorded of it. Its secrets are known from now on. */
export function frozenSource(
  source: string,
  secrets: Secrets,
): Pick<Run, 'source' | 'recorded' | 'sourceDigest'> {
  secrets.learnSource(source)
  const recorded = secrets.maskSource(source)
  return { source, recorded, sourceDigest: digestOf(recorded) }
}
