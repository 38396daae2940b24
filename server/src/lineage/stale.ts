/**
 * pure. Which cells are stale, and why: a cell is fresh when running the notebook from top to bottom, with what has
 * been edited and run since, would show what it shows now. So a change by a cell below does not make a cell above
 * stale, unless that cell used it. Invariant: a cell is stale for a reason that a person can look up.
 */

import { type Edge, partOf } from '../../contract/run.ts'
import type { StaleCell, StaleReason } from '../../contract/stale.ts'
import { partsOverlap } from '../store/parts.ts'
import type { CellNow, EndedRun, FileNow, StaleEdge, StaleFacts } from './stale-facts.ts'
import { upstreamReasons } from './stale-upstream.ts'

/** The stale cells, in notebook order. */
export function staleCells(facts: StaleFacts): readonly StaleCell[] {
  const reasons = new Map<string, StaleReason[]>()
  const made = new Generations(facts)
  for (const cell of facts.cells) {
    const own = ownReasons(cell, facts, made)
    if (own.length > 0) reasons.set(cell.id, own)
  }
  for (const [cell, reason] of made.overwritten()) if (!reasons.has(cell)) reasons.set(cell, [reason])
  for (const [cell, reason] of upstreamReasons(facts, new Set(reasons.keys()))) reasons.set(cell, [reason])
  return facts.cells.flatMap(({ id }) => {
    const own = reasons.get(id)
    return own === undefined ? [] : [{ cell: id, reasons: own }]
  })
}

function ownReasons(cell: CellNow, facts: StaleFacts, made: Generations): StaleReason[] {
  const last = facts.last.get(cell.id)
  if (last === undefined) return [{ kind: 'unknown' }]
  const reasons: StaleReason[] = []
  if (!cell.digests.includes(last.sourceDigest)) reasons.push({ kind: 'edited' })
  if (last.session !== facts.session) reasons.push({ kind: 'session' })
  else reasons.push(...made.changedInputs(last))
  return [...reasons, ...changedFiles(last, facts)]
}

/** What another run can re-create. Files are compared with the disk. */
const inputs: ReadonlySet<Edge['kind']> = new Set(['variable', 'table', 'module', 'state'])

/** A part is written as Python would: `['column']`, `.attribute`. */
const labelOf = (edge: StaleEdge): string => `${edge.name}${partOf(edge) ?? ''}`

/** Modules have no digest: importing one again gives the same one. */
function sameContent(now: StaleEdge, before: StaleEdge): boolean {
  if (now.deleted) return false
  if (now.digest !== null && before.digest !== null) return now.digest === before.digest
  return now.type === 'module' && before.type === 'module' && now.preview === before.preview
}

/** Whether two edges refer to the same thing, or to one that holds the other. */
const overlaps = (a: StaleEdge, b: StaleEdge): boolean =>
  a.kind === b.kind && a.name === b.name && partsOverlap(a.parts, b.parts)

/** Who made what in the present session. */
class Generations {
  readonly #byName = new Map<string, { readonly run: EndedRun; readonly edge: StaleEdge }[]>()
  readonly #places: ReadonlyMap<string, number>
  readonly #cellOf: ReadonlyMap<string, string | null>
  readonly #last: ReadonlyMap<string, EndedRun>
  readonly #overwritten: (readonly [string, StaleReason])[] = []

  constructor({ cells, runs, last }: StaleFacts) {
    this.#places = new Map(cells.map(({ id }, index) => [id, index]))
    this.#cellOf = new Map(runs.map(({ run, cell }) => [run, cell]))
    this.#last = last
    for (const run of runs) for (const edge of run.generated) this.#listOf(edge).push({ run, edge })
  }

  /** One reason for each name that the run used and that has changed. */
  changedInputs(run: EndedRun): StaleReason[] {
    const reasons = new Map<string, StaleReason>()
    for (const edge of run.used) {
      const changer = inputs.has(edge.kind) ? this.#changer(run, edge) : null
      const name = labelOf(edge)
      if (changer === null || reasons.has(name)) continue
      reasons.set(name, { kind: 'input', name, cell: changer.cell, run: changer.run })
      this.#noteOverwritten(run, edge, changer)
    }
    return [...reasons.values()]
  }

  overwritten(): readonly (readonly [string, StaleReason])[] {
    return this.#overwritten
  }

  /** The run that re-created the input, seen from the place of the cell that used it; null if it is the same. */
  #changer(user: EndedRun, edge: StaleEdge): EndedRun | null {
    const maker = edge.by === null ? null : (this.#cellOf.get(edge.by) ?? null)
    const latest = this.#listOf(edge).findLast(
      (made) =>
        made.run.order > user.order && overlaps(made.edge, edge) && this.#counts(made.run, user, maker),
    )
    if (latest === undefined) return null
    // A cell that changed its input in place has lost that change, however equal the new input is.
    const changes = user.generated.some((own) => overlaps(own, edge))
    return sameContent(latest.edge, edge) && !changes ? null : latest.run
  }

  #counts({ cell }: EndedRun, user: EndedRun, maker: string | null): boolean {
    if (cell === user.cell) return false
    const place = cell === null ? undefined : this.#places.get(cell)
    return cell === maker || place === undefined || place < this.#placeOf(user.cell)
  }

  /** A cell between the changer and the user made what the user needs: its work is gone. */
  #noteOverwritten(user: EndedRun, edge: StaleEdge, changer: EndedRun): void {
    const maker = edge.by === null ? null : (this.#cellOf.get(edge.by) ?? null)
    if (maker === null || maker === changer.cell || this.#last.get(maker)?.run !== edge.by) return
    const [from, between, to] = [changer.cell, maker, user.cell].map((cell) => this.#placeOf(cell))
    if (from === undefined || between === undefined || to === undefined || from > between || between > to)
      return
    const reason = { kind: 'overwritten', name: labelOf(edge), cell: changer.cell, run: changer.run } as const
    this.#overwritten.push([maker, reason])
  }

  #placeOf(cell: string | null): number {
    return (cell === null ? undefined : this.#places.get(cell)) ?? -1
  }

  #listOf({ kind, name }: StaleEdge) {
    const key = `${kind} ${name}`
    const list = this.#byName.get(key) ?? []
    this.#byName.set(key, list)
    return list
  }
}

function changedFiles(run: EndedRun, { files, runs }: StaleFacts): StaleReason[] {
  const reasons: StaleReason[] = []
  for (const edge of run.used) {
    if (edge.kind !== 'file') continue
    // What it wrote itself is what it expects to find.
    const expected = run.generated.find((own) => own.kind === 'file' && own.name === edge.name) ?? edge
    const now = files.get(edge.name)
    if (now === undefined || (now === null && !wasThere(expected))) continue
    if (edge.type === DATABASE && isWorkOf(runs, edge.name, now)) continue
    if (now === null || isAnother(now, expected)) {
      reasons.push({ kind: 'file', name: edge.name, gone: now === null })
    }
  }
  return reasons
}

/** An input that was missing or deleted is unchanged while it is not there. */
const wasThere = ({ deleted, digest, size }: StaleEdge): boolean =>
  !deleted && (digest !== null || size !== null)

/** A connection is the same whatever the session writes through it: its tables are inputs of their own. */
const DATABASE = 'database'

function isWorkOf(runs: readonly EndedRun[], name: string, now: FileNow): boolean {
  const last = runs
    .flatMap(({ generated }) => generated)
    .findLast((made) => made.kind === 'file' && made.name === name)
  return last !== undefined && now !== null && last.digest !== null && last.digest === now.digest
}

function isAnother(now: NonNullable<FileNow>, { digest, size }: StaleEdge): boolean {
  if (now.digest !== null && digest !== null) return now.digest !== digest
  return size !== null && size !== now.size
}
