/**
 * pure. The frames of a WAL ("The Write-Ahead Log" of https://sqlite.org/fileformat2.html). SQLite stops at the first
 * frame whose checksum does not fit. Here frames after it are used as well: rows have checks of their own.
 */
import { pageSizeOf, u32 } from './file-format.ts'

export interface Frame {
  readonly page: number
  /** Where the page begins in the WAL. */
  readonly at: number
  /** Whether its checksum fits the frame before it. */
  readonly isSound: boolean
  /** The place of the last frame of its transaction. */
  readonly commit: number
}

const HEADER = 32
const FRAME_HEADER = 24
const MAGIC = 0x377f0682
/** No history has more pages: a larger number is garbage. */
const MOST_PAGES = 2 ** 31

/** The page size that a WAL names; null where its header is damaged. */
export const walPageSize = (wal: Uint8Array): number | null =>
  (u32(wal, 0) | 1) >>> 0 === (MAGIC | 1) >>> 0 ? pageSizeOf(u32(wal, 8) === 65_536 ? 1 : u32(wal, 8)) : null

/** Frames of transactions that were committed, oldest first. */
export function framesOf(wal: Uint8Array, pageSize: number): readonly Frame[] {
  const found = rawFrames(wal, pageSize)
  const last = found.findLastIndex(({ isCommit }) => isCommit)
  const frames: Frame[] = []
  let commit = last
  for (let index = last; index >= 0; index--) {
    const { page, at, isSound, isCommit } = found[index] ?? {
      page: 0,
      at: 0,
      isSound: false,
      isCommit: false,
    }
    if (isCommit) commit = index
    frames.push({ page, at, isSound, commit })
  }
  return frames.reverse()
}

interface RawFrame {
  readonly page: number
  readonly at: number
  readonly isSound: boolean
  readonly isCommit: boolean
}

/** All frames of the generation that the header names; of the one with the most frames where the header is damaged. */
function rawFrames(wal: Uint8Array, pageSize: number): readonly RawFrame[] {
  const isBigEndian = u32(wal, 0) === MAGIC + 1
  const salts = saltsAt(wal, pageSize, isBigEndian)
  const size = FRAME_HEADER + pageSize
  const frames: RawFrame[] = []
  let before: Sums = [u32(wal, 24), u32(wal, 28)]
  for (let at = HEADER; at + size <= wal.length; at += size) {
    const isOfGeneration = u32(wal, at + 8) === u32(wal, salts) && u32(wal, at + 12) === u32(wal, salts + 4)
    const sums: Sums = [u32(wal, at + 16), u32(wal, at + 20)]
    const content = wal.subarray(at + FRAME_HEADER, at + size)
    const expected = checksum(content, checksum(wal.subarray(at, at + 8), before, isBigEndian), isBigEndian)
    const isSound = expected[0] === sums[0] && expected[1] === sums[1]
    before = sums
    const page = u32(wal, at)
    // A damaged header of a frame, or a frame of an older generation.
    if (!isOfGeneration && !isSound) continue
    if (page > 0 && page < MOST_PAGES)
      frames.push({ page, at: at + FRAME_HEADER, isSound, isCommit: u32(wal, at + 4) > 0 })
  }
  return frames
}

/** Where the salts of the generation are. */
function saltsAt(wal: Uint8Array, pageSize: number, isBigEndian: boolean): number {
  const sums = checksum(wal.subarray(0, 24), [0, 0], isBigEndian)
  if (sums[0] === u32(wal, 24) && sums[1] === u32(wal, 28)) return 16
  const places = new Map<string, number[]>()
  for (let at = HEADER; at + FRAME_HEADER <= wal.length; at += FRAME_HEADER + pageSize) {
    const salts = `${u32(wal, at + 8)} ${u32(wal, at + 12)}`
    places.set(salts, [...(places.get(salts) ?? []), at + 8])
  }
  const [most] = [...places.values()].toSorted((a, b) => b.length - a.length)
  return most?.[0] ?? 16
}

type Sums = readonly [number, number]

function checksum(bytes: Uint8Array, [first, second]: Sums, isBigEndian: boolean): Sums {
  const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let [a, b] = [first, second]
  for (let at = 0; at + 8 <= bytes.length; at += 8) {
    a = (a + words.getUint32(at, !isBigEndian) + b) >>> 0
    b = (b + words.getUint32(at + 4, !isBigEndian) + a) >>> 0
  }
  return [a, b]
}
