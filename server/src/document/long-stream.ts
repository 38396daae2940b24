/**
 * pure. The text of a stream whose beginning is not in the document, for files and exports. It is whole up to a limit;
 * beyond it, its first line says how much is missing and which command prints it.
 */
import { headSize, type StreamHead } from '../../contract/document.ts'
import type { ReadObject } from './large-values.ts'

/** Bytes of one stream that a notebook's file and an export have. */
export const WHOLE_STREAM_LIMIT = 8 * 1024 * 1024

/** The text with its pages, or with a line in place of them. */
export async function streamText(tail: string, head: StreamHead, read: ReadObject): Promise<string> {
  const size = headSize(head)
  if (size + Buffer.byteLength(tail) > WHOLE_STREAM_LIMIT) return missingLine(size, head.run) + tail
  const pages: string[] = []
  for (const { digest, size: bytes } of head.pages) {
    const page = await read(digest)
    pages.push(page === null ? lostLine(bytes, digest) : Buffer.from(page).toString())
  }
  return pages.join('') + tail
}

/** The end of a recorded stream, after a line that says what is missing; all of it where it is within the limit. */
export function recordedText(bytes: Uint8Array, run: string): string {
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (whole.length <= WHOLE_STREAM_LIMIT) return whole.toString()
  const from = endOfLine(whole, whole.length - TAIL)
  return missingLine(from, run) + whole.toString('utf8', from)
}

/** Bytes of a stream that is not shown whole. */
const TAIL = 512 * 1024

/** Where the next line begins; where there is none within the tail, the next character. */
function endOfLine(bytes: Buffer, from: number): number {
  const line = bytes.indexOf(0x0a, from) + 1
  if (line > 0 && line < bytes.length) return line
  let at = from
  while (at < bytes.length && ((bytes[at] ?? 0) & 0xc0) === 0x80) at++
  return at
}

function missingLine(bytes: number, run: string): string {
  return `[The first ${mebibytes(bytes)} of this output are not here. All of it: yesterday output ${run.slice(0, 8)}]\n`
}

const lostLine = (bytes: number, digest: string): string =>
  `[${mebibytes(bytes)} of this output are missing from the project's objects: ${digest}]\n`

const mebibytes = (bytes: number): string => `${(bytes / 1024 ** 2).toFixed(1)} MiB`
