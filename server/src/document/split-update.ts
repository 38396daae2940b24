/**
 * Splits an update into smaller ones. Invariant: applied in order they make what the whole one makes, and none waits
 * for what a later one holds.
 */
import * as encoding from 'lib0/encoding'
import { type ScannedStruct, type StructId, scanUpdate } from './update-scan.ts'

/** Structs in a piece. Yjs integrates about a million of them a second. */
export const PIECE_STRUCTS = 4000

/** The update as pieces of at most `size` structs each; the deletions are the last one. */
export function splitUpdate(update: Uint8Array, size = PIECE_STRUCTS): Uint8Array[] {
  const clients = new Map<number, ScannedStruct[]>()
  const { structs, deletions, deleteSetAt } = scanUpdate(update, (struct) => {
    const known = clients.get(struct.client)
    if (known === undefined) clients.set(struct.client, [struct])
    else known.push(struct)
  })
  if (structs <= size) return [update]
  const pieces: Uint8Array[] = []
  let piece = new Piece(update)
  for (const struct of inCausalOrder(clients)) {
    piece.add(struct)
    if (piece.count < size) continue
    pieces.push(piece.encode())
    piece = new Piece(update)
  }
  if (piece.count > 0) pieces.push(piece.encode())
  if (deletions > 0) pieces.push(withoutStructs(update.subarray(deleteSetAt)))
  return pieces
}

/** A client's structs that are still to come. */
interface Remaining {
  readonly structs: readonly ScannedStruct[]
  next: number
}

/** All structs, each after those that it needs, as Yjs itself would integrate them. */
function* inCausalOrder(clients: ReadonlyMap<number, readonly ScannedStruct[]>): Generator<ScannedStruct> {
  const remaining = new Map<number, Remaining>()
  for (const [client, structs] of clients) remaining.set(client, { structs, next: 0 })
  for (const first of remaining.values()) {
    const stack = [first]
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const struct = top.structs[top.next]
      const missing = struct === undefined ? undefined : missingFor(struct, remaining)
      if (missing !== undefined && !stack.includes(missing)) {
        stack.push(missing)
        continue
      }
      if (struct !== undefined) {
        top.next++
        yield struct
      }
      const below = stack.at(-2)
      // Not further than the one below needs: what follows may itself need that.
      if (struct === undefined || (below !== undefined && !waitsFor(below, top, remaining))) stack.pop()
    }
  }
}

function waitsFor(
  { structs, next }: Remaining,
  other: Remaining,
  remaining: ReadonlyMap<number, Remaining>,
): boolean {
  const struct = structs[next]
  return struct !== undefined && missingFor(struct, remaining) === other
}

/** The client whose structs must come before this one; undefined if none must. */
function missingFor(
  { client, needs }: ScannedStruct,
  remaining: ReadonlyMap<number, Remaining>,
): Remaining | undefined {
  for (const need of needs) {
    const of = need.client === client ? undefined : remaining.get(need.client)
    if (of !== undefined && isToCome(of, need)) return of
  }
  return undefined
}

function isToCome({ structs, next }: Remaining, { clock }: StructId): boolean {
  const struct = structs[next]
  return struct !== undefined && struct.clock <= clock
}

/** Structs of an update on their way into a smaller one: per client one run without gaps. */
class Piece {
  readonly #update: Uint8Array
  readonly #runs = new Map<number, { readonly clock: number; count: number; readonly bytes: Uint8Array[] }>()
  count = 0

  constructor(update: Uint8Array) {
    this.#update = update
  }

  add({ client, clock, start, end }: ScannedStruct): void {
    const run = this.#runs.get(client) ?? { clock, count: 0, bytes: [] }
    this.#runs.set(client, run)
    run.count++
    run.bytes.push(this.#update.subarray(start, end))
    this.count++
  }

  encode(): Uint8Array {
    const encoder = encoding.createEncoder()
    encoding.writeVarUint(encoder, this.#runs.size)
    for (const [client, { clock, count, bytes }] of this.#runs) {
      encoding.writeVarUint(encoder, count)
      encoding.writeVarUint(encoder, client)
      encoding.writeVarUint(encoder, clock)
      for (const struct of bytes) encoding.writeUint8Array(encoder, struct)
    }
    encoding.writeVarUint(encoder, 0)
    return encoding.toUint8Array(encoder)
  }
}

function withoutStructs(deleteSet: Uint8Array): Uint8Array {
  const encoder = encoding.createEncoder()
  encoding.writeVarUint(encoder, 0)
  encoding.writeUint8Array(encoder, deleteSet)
  return encoding.toUint8Array(encoder)
}
