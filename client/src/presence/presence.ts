/**
 * This window's side of the room's awareness: says who is here and where, and watches the others. Invariant: the state
 * of this window is sent at most once a frame; following ends with the person's first action.
 */
import type { AwarenessUser } from '@yesterday/server/contract/sync.ts'
import type { Awareness } from 'y-protocols/awareness'
import * as Y from 'yjs'
import { type KeyedObservable, keyedBy } from '../state/keyed.ts'
import { type Observable, Watched } from '../state/observable.ts'
import { type Cursor, peopleOf, type Visitor, visitorsIn } from './people.ts'

/** A selection in a text, UTF-16 offsets; `head` is where the caret is. */
export interface Stretch {
  readonly anchor: number
  readonly head: number
}

/** So long after the last key a person still counts as typing, ms. */
const TYPING_MS = 2000

export class Presence {
  readonly #awareness: Awareness
  readonly #visitors = new Watched<readonly Visitor[]>([])
  readonly #here = keyedBy(this.#visitors, namesByCell)
  readonly #following = new Watched<string | null>(null)
  #sent = ''
  #typing: ReturnType<typeof setTimeout> | null = null
  #frame = 0

  constructor(awareness: Awareness) {
    this.#awareness = awareness
    awareness.setLocalState({})
    awareness.on('change', this.#look)
    this.#look()
  }

  /** Every other window that is here. */
  get visitors(): Observable<readonly Visitor[]> {
    return this.#visitors
  }

  /**
   * Who is in each cell: a line for each person, of colour, `1` if they type or `0`, and name. So a caret that moves inside
   * of the cell changes nothing.
   */
  get here(): KeyedObservable<string> {
    return this.#here
  }

  /** The id of the person whom this window follows. */
  get following(): Observable<string | null> {
    return this.#following
  }

  /** Says who this is; until then the others do not see this window. */
  introduce(user: AwarenessUser): void {
    this.#awareness.setLocalStateField('user', user)
  }

  /** Says where this window is: in a cell, and in its text at `stretch`. */
  move(cell: string | null, text: Y.Text | null, stretch: Stretch | null): void {
    const cursors = cell === null ? [] : [cursorAt(cell, text, stretch)]
    const next = JSON.stringify(cursors)
    if (next === this.#sent) return
    this.#sent = next
    cancelAnimationFrame(this.#frame)
    this.#frame = requestAnimationFrame(() => this.#awareness.setLocalStateField('cursors', cursors))
  }

  /** Shows the others that this person types, until nothing was typed for a moment. */
  typed(): void {
    if (this.#typing === null) this.#awareness.setLocalStateField('typing', true)
    else clearTimeout(this.#typing)
    this.#typing = setTimeout(() => {
      this.#typing = null
      this.#awareness.setLocalStateField('typing', false)
    }, TYPING_MS)
  }

  follow(person: string | null): void {
    this.#following.set(person)
  }

  /** The cell in which a person is; null where that is not known. */
  placeOf(person: string): string | null {
    const visitor = peopleOf(this.#visitors.get()).find(({ id }) => id === person)
    return visitor?.cursors[0]?.cell ?? null
  }

  close(): void {
    if (this.#frame !== 0) cancelAnimationFrame(this.#frame)
    if (this.#typing !== null) clearTimeout(this.#typing)
    this.#awareness.off('change', this.#look)
  }

  readonly #look = (): void => {
    this.#visitors.set(visitorsIn(this.#awareness.getStates(), this.#awareness.clientID))
    const followed = this.#following.get()
    if (followed !== null && !this.#visitors.get().some(({ id }) => id === followed)) this.follow(null)
  }
}

function namesByCell(visitors: readonly Visitor[]): ReadonlyMap<string, string> {
  const people = peopleOf(visitors).flatMap(({ cursors, color, name, typing }) =>
    [...new Set(cursors.map(({ cell }) => cell))].map((cell) => ({
      cell,
      line: `${color}${Number(typing)}${name}`,
    })),
  )
  const byCell = Map.groupBy(people, ({ cell }) => cell)
  return new Map([...byCell].map(([cell, here]) => [cell, here.map(({ line }) => line).join('\n')]))
}

function cursorAt(cell: string, text: Y.Text | null, stretch: Stretch | null): Cursor {
  if (text === null || stretch === null) return { cell, anchor: null, head: null }
  const at = (offset: number): unknown =>
    Y.relativePositionToJSON(Y.createRelativePositionFromTypeIndex(text, offset))
  return { cell, anchor: at(stretch.anchor), head: at(stretch.head) }
}

/** The position of a cursor in `text` now; null if it is in no text, or in another. */
export function stretchOf(cursor: Cursor, text: Y.Text): Stretch | null {
  const [anchor, head] = [offsetIn(cursor.anchor, text), offsetIn(cursor.head, text)]
  return anchor === null || head === null ? null : { anchor, head }
}

function offsetIn(position: unknown, text: Y.Text): number | null {
  if (typeof position !== 'object' || position === null || text.doc === null) return null
  try {
    const relative = Y.createRelativePositionFromJSON(position)
    const absolute = Y.createAbsolutePositionFromRelativePosition(relative, text.doc)
    return absolute?.type === text ? absolute.index : null
  } catch {
    // Positions come from other programs; one that cannot be read is no position.
    return null
  }
}
