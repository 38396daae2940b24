/** pure. Messages of runs that wait to be written: chunks of a stream are joined, and much is taken in slices. */
import type { Message } from '@yesterday/kernel-bridge'
import type { OutputMask } from '../document/output-mask.ts'
import type { RunOutputs } from './run-outputs.ts'

/** Where the outputs of one run go. */
export interface Place {
  readonly run: string
  readonly cell: string
  readonly outputs: RunOutputs
  readonly mask: OutputMask
  /** Whether its result, or the error in place of one, was written without a wait: once for a run. */
  hasConcluded: boolean
}
export interface Arrival {
  readonly place: Place
  readonly message: Pick<Message, 'header' | 'content'> | 'end'
}

/** UTF-16 units of streams that are read in one turn of the event loop. */
const SLICE = 512 * 1024

/** UTF-16 units of stream text in the message. */
export const textSize = (arrival: Arrival): number => chunkOf(arrival)?.length ?? 0

/** The arrivals in slices of a bounded length, a longer message cut into parts. */
export function* slicesOf(arrived: readonly Arrival[]): Generator<readonly Arrival[]> {
  let slice: Arrival[] = []
  let size = 0
  for (const part of arrived.flatMap(partsOf)) {
    slice.push(part)
    size += textSize(part)
    if (size < SLICE) continue
    yield slice
    slice = []
    size = 0
  }
  if (slice.length > 0) yield slice
}

function partsOf(arrival: Arrival): readonly Arrival[] {
  const text = chunkOf(arrival)
  if (text === null || text.length <= SLICE) return [arrival]
  const parts: Arrival[] = []
  for (let from = 0; from < text.length; from += SLICE)
    parts.push(withText(arrival, text.slice(from, from + SLICE)))
  return parts
}

/** Neighbouring chunks of one stream of one run become one chunk: one edit instead of hundreds. */
export function joinStreams(arrived: readonly Arrival[]): Arrival[] {
  const joined: Arrival[] = []
  let chunks: string[] = []
  for (const [index, arrival] of arrived.entries()) {
    const text = chunkOf(arrival)
    if (text === null) joined.push(arrival)
    else {
      chunks.push(text)
      const next = arrived[index + 1]
      if (next !== undefined && continues(arrival, next)) continue
      joined.push(withText(arrival, chunks.join('')))
      chunks = []
    }
  }
  return joined
}

function chunkOf({ message }: Arrival): string | null {
  if (message === 'end' || message.header.msg_type !== 'stream') return null
  return typeof message.content.text === 'string' ? message.content.text : null
}

function continues(one: Arrival, next: Arrival): boolean {
  if (one.message === 'end' || next.message === 'end' || chunkOf(next) === null) return false
  return one.place === next.place && one.message.content.name === next.message.content.name
}

function withText(arrival: Arrival, text: string): Arrival {
  if (arrival.message === 'end') return arrival
  const { header, content } = arrival.message
  return { place: arrival.place, message: { header, content: { ...content, text } } }
}
