/**
 * Tries the edits of browsers on a copy of the document. Invariant: `#copy` is the document with all updates that were
 * accepted or added; an update that is refused leaves no trace.
 */
import * as Y from 'yjs'
import { defineRoots } from './document-form.ts'
import { type CheckedUpdate, tryUpdate } from './update-check.ts'
import { measureUpdate } from './update-limits.ts'

/** `update` holds what is new in an accepted update and nothing else; null if that is nothing. */
export type Tried =
  | { readonly ok: true; readonly update: Uint8Array | null }
  /** `isCostly`: the copy had to be replaced, because the update was found wrong after it was applied. */
  | { readonly ok: false; readonly problem: string; readonly isCostly: boolean }

/** So many small updates are merged into one. */
const MERGE_AFTER = 512

export class Scratch {
  /** Updates that make the document. */
  readonly #history: Uint8Array[]
  #merged: number
  #copy: Y.Doc
  /** The next copy, for when an update spoils this one; it has the first `#spareHas` updates of the history. */
  #spare = emptyCopy()
  #spareHas = 0
  /** Who wrote first under a client id, by that id. */
  readonly #authors = new Map<number, string>()

  constructor(pieces: readonly Uint8Array[]) {
    this.#history = [...pieces]
    this.#merged = pieces.length
    this.#copy = emptyCopy()
    for (const piece of pieces) Y.applyUpdate(this.#copy, piece)
  }

  /** Takes an update of the server's own, which is not judged. */
  add(update: Uint8Array): void {
    Y.applyUpdate(this.#copy, update)
    this.#history.push(update)
  }

  /** Tries an update that the person `author` sent. */
  try(update: Uint8Array, author: string): Tried {
    const measured = measureUpdate(update)
    if (!measured.ok) return refused(measured.problem)
    const clients = this.#newIn(measured.ends)
    if (clients.some((client) => (this.#authors.get(client) ?? author) !== author))
      return refused(foreignClient)
    const { problem, isApplied, change } = this.#apply(update)
    if (problem !== null) {
      if (isApplied) this.#useSpare()
      return refused(problem, isApplied)
    }
    if (change !== null) this.#history.push(change)
    for (const client of clients) this.#authors.set(client, author)
    return { ok: true, update: change }
  }

  /** What the document has beyond a state vector. */
  since(stateVector: Uint8Array): Uint8Array {
    return Y.encodeStateAsUpdate(this.#copy, stateVector)
  }

  /** Does a small part of the work for the next refusal; false when there is none left. */
  prepare(): boolean {
    const piece = this.#history[this.#spareHas]
    if (piece === undefined) return false
    Y.applyUpdate(this.#spare, piece)
    this.#spareHas++
    this.#mergeHistory()
    return true
  }

  destroy(): void {
    this.#copy.destroy()
    this.#spare.destroy()
  }

  /** `change` is the part of the update that was new to the copy. */
  #apply(update: Uint8Array): CheckedUpdate & { readonly change: Uint8Array | null } {
    let change: Uint8Array | null = null
    const listen = (made: Uint8Array): void => {
      change = made
    }
    this.#copy.on('update', listen)
    const checked = tryUpdate(this.#copy, update)
    this.#copy.off('update', listen)
    return { ...checked, change }
  }

  /**
   * The clients of whom the update has something new. Two people never write under one client id: what the second one
   * wrote would be taken for a repetition of what the first one did, and be lost.
   */
  #newIn(ends: ReadonlyMap<number, number>): number[] {
    return [...ends]
      .filter(([client, end]) => end > Y.getState(this.#copy.store, client))
      .map(([client]) => client)
  }

  #useSpare(): void {
    while (this.prepare());
    this.#copy.destroy()
    this.#copy = this.#spare
    this.#spare = emptyCopy()
    this.#spareHas = 0
  }

  /** Small updates that both copies have become one, so that the next copy is made in few steps. */
  #mergeHistory(): void {
    if (this.#spareHas < this.#history.length || this.#history.length - this.#merged < MERGE_AFTER) return
    const small = this.#history.splice(this.#merged)
    this.#history.push(Y.mergeUpdates(small))
    this.#merged = this.#history.length
    this.#spareHas = this.#history.length
  }
}

const foreignClient = 'The edit is signed as one of another person’s page. Reload this page.'

const refused = (problem: string, isCostly = false): Tried => ({ ok: false, problem, isCostly })

function emptyCopy(): Y.Doc {
  const copy = new Y.Doc()
  defineRoots(copy)
  return copy
}
