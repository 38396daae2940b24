/** pure. Lists of names, and edges, in words. */
import type { Edge } from '@yesterday/server/contract/run.ts'
import { t } from '../../../text/text.ts'

const FEW = 4

/** "a, b, c, d and 3 more". */
export function fewNames(names: readonly string[]): string {
  const shown = names.slice(0, FEW).join(', ')
  const left = names.length - FEW
  return left > 0 ? t('history.andMore', { names: shown, count: left }) : shown
}

const CONTAINERS = new Set(['list', 'tuple', 'dict', 'set', 'frozenset'])
const MOST = 80

/** A value that can be said in a few words; '' for frames and arrays, whose preview is their shape. */
export function shortValue({ preview, shape, type }: Edge): string {
  if (preview === null || (shape !== null && !CONTAINERS.has(type ?? ''))) return ''
  return preview.length > MOST ? `${preview.slice(0, MOST)}…` : preview
}

/** The part of an id that people see; a prefix is enough, as in git. */
export const shortId = (id: string): string => id.replace(/^sha256:/, '').slice(0, 8)

/** Edges by kind, in the order in which kinds first come. */
export function byKind(edges: readonly Edge[]): readonly (readonly [Edge['kind'], readonly Edge[]])[] {
  return [...Map.groupBy(edges, (edge) => edge.kind)]
}
