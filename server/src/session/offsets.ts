/**
 * pure. Kernels count cursors in Unicode code points (messaging protocol 5.2), browsers in UTF-16 units. Invariant:
 * there and back again is the same place; a place inside a surrogate pair is the pair's start.
 */
import type { JsonObject } from '@yesterday/kernel-bridge'
import { z } from 'zod'

/** A UTF-16 offset as the number of code points before it. */
export function codePointOffset(text: string, utf16: number): number {
  let [units, points] = [0, 0]
  for (const point of text) {
    units += point.length
    if (units > utf16) break
    points++
  }
  return points
}

/** A number of code points as the UTF-16 offset after them. */
export function utf16Offset(text: string, codePoints: number): number {
  let [units, points] = [0, 0]
  for (const point of text) {
    if (points >= codePoints) break
    units += point.length
    points++
  }
  return units
}

const Range = z.object({ cursor_start: z.number(), cursor_end: z.number() })
const Typed = z.looseObject({ start: z.number(), end: z.number() })
const types = '_jupyter_types_experimental'

/** A `complete_reply` or `inspect_reply` with its offsets in UTF-16. */
export function replyInUtf16(code: string, reply: JsonObject): Record<string, unknown> {
  const range = Range.safeParse(reply)
  if (!range.success) return reply
  return {
    ...reply,
    cursor_start: utf16Offset(code, range.data.cursor_start),
    cursor_end: utf16Offset(code, range.data.cursor_end),
    metadata: metadataInUtf16(code, reply.metadata),
  }
}

/** IPython also sends a range with each typed match. */
function metadataInUtf16(code: string, metadata: unknown): unknown {
  const read = z.looseObject({ [types]: z.array(Typed) }).safeParse(metadata)
  if (!read.success) return metadata
  const convert = (one: z.infer<typeof Typed>) => ({
    ...one,
    start: utf16Offset(code, one.start),
    end: utf16Offset(code, one.end),
  })
  return { ...read.data, [types]: read.data[types].map(convert) }
}
