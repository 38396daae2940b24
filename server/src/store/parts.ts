/**
 * pure. Which parts of a thing an edge refers to. A part is a path as the agent writes it (`['train']['lr']`, `.columns`,
 * `*` for parts that are not distinguished); null is all of it.
 */
import type { Edge } from '../../contract/run.ts'

export type Parts = Edge['parts']

/** Whether two edges to one name overlap: they refer to the same part, or to one that holds the other. */
export const partsOverlap = (a: Parts, b: Parts): boolean =>
  a === null || b === null || a.some((one) => b.some((other) => holds(one, other) || holds(other, one)))

/** All parts of both. */
export const partsOfBoth = (a: Parts, b: Parts): Parts =>
  a === null || b === null ? null : [...new Set([...a, ...b])]

const STEP = /^[.[* ]/

const holds = (outer: string, inner: string): boolean =>
  inner.startsWith(outer) && (inner.length === outer.length || STEP.test(inner.slice(outer.length)))
