/**
 * Outputs of two runs, pair by pair: text by lines, tables by their keys and cells, pictures by their pixels. An output
 * that is there in several forms counts once, by its richest form. Digests that are equal are never read.
 */
import { diffKind } from '../../contract/mime-rules.ts'
import { richestForms } from '../../contract/output-groups.ts'
import type { OutputDifference } from '../../contract/past.ts'
import type { OutputEntry } from '../../contract/run.ts'
import { diffLines } from './diff-lines.ts'
import { diffTables } from './diff-tables.ts'
import { differentPixels } from './pixels.ts'
import { readTable } from './read-table.ts'

/** Bytes by digest; null where they are gone or damaged. */
export type ReadObject = (digest: string) => Promise<Uint8Array | null>

/** More is compared by digest alone, bytes. */
const MOST_BYTES = 16 * 1024 ** 2
const MOST_LINES = 2000

export async function diffOutputs(
  a: readonly OutputEntry[],
  b: readonly OutputEntry[],
  read: ReadObject,
): Promise<OutputDifference[]> {
  const [before, after] = [richestForms(a), richestForms(b)]
  const differences: OutputDifference[] = []
  for (let index = 0; index < Math.max(before.length, after.length); index++) {
    const difference = await diffOutput(index, before[index], after[index], read)
    if (difference !== null) differences.push(difference)
  }
  return differences
}

async function diffOutput(
  index: number,
  a: OutputEntry | undefined,
  b: OutputEntry | undefined,
  read: ReadObject,
): Promise<OutputDifference | null> {
  if (a === undefined || b === undefined || a.mime !== b.mime)
    return { kind: 'bytes', index, a: side(a), b: side(b) }
  if (a.digest === b.digest) return null
  const known = a.size <= MOST_BYTES && b.size <= MOST_BYTES
  const bytes = known ? await Promise.all([read(a.digest), read(b.digest)]) : []
  const [before, after] = bytes
  if (!before || !after) return { kind: 'bytes', index, a: side(a), b: side(b) }
  return diffBytes(index, { entry: a, bytes: before }, { entry: b, bytes: after })
}

interface Shown {
  readonly entry: OutputEntry
  readonly bytes: Uint8Array
}

function diffBytes(index: number, a: Shown, b: Shown): OutputDifference {
  const { mime } = a.entry
  const sides = { a: sideOf(a.entry), b: sideOf(b.entry) }
  if (diffKind(mime) === 'pixels')
    return {
      kind: 'image',
      index,
      ...sides,
      pixels: differentPixels(a.bytes, b.bytes),
    }
  const [before, after] = [textOf(a), textOf(b)]
  if (before === null || after === null) return { kind: 'bytes', index, ...sides }
  const [left, right] = [readTable(mime, before), readTable(mime, after)]
  if (left !== null && right !== null) return { kind: 'table', index, ...diffTables(left, right) }
  const lines = diffLines(before, after)
  return {
    kind: 'text',
    index,
    lines: lines.slice(0, MOST_LINES),
    rest: Math.max(0, lines.length - MOST_LINES),
  }
}

function textOf({ bytes }: Shown): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return null
  }
}

const side = (entry: OutputEntry | undefined) => (entry === undefined ? null : sideOf(entry))

const sideOf = ({ mime, digest, size }: OutputEntry) => ({ mime, digest, size })
