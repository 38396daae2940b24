/** pure. The pixels of a PNG (https://www.w3.org/TR/png-3/), as far as plots are: 8 bits, not interlaced. */
import { inflateSync } from 'node:zlib'

export interface Picture {
  readonly width: number
  readonly height: number
  /** Bytes per pixel, by rows. */
  readonly channels: number
  readonly pixels: Uint8Array
}

const SIGNATURE = '89504e470d0a1a0a'
const CHANNELS: Readonly<Record<number, number>> = { 0: 1, 2: 3, 4: 2, 6: 4 }
/** More is no plot. */
const MOST_BYTES = 256 * 1024 * 1024

/** Null for what is no such PNG. */
export function readPng(bytes: Uint8Array): Picture | null {
  try {
    return decode(Buffer.from(bytes))
  } catch {
    return null
  }
}

function decode(bytes: Buffer): Picture | null {
  if (bytes.subarray(0, 8).toString('hex') !== SIGNATURE) return null
  const chunks = [...chunksOf(bytes)]
  const header = chunks.find(({ type }) => type === 'IHDR')?.data
  if (header === undefined) return null
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)]
  const channels = CHANNELS[header.readUInt8(9)]
  if (channels === undefined || header.readUInt8(8) !== 8 || header.readUInt8(12) !== 0) return null
  if (width * height * channels > MOST_BYTES) return null
  const packed = Buffer.concat(chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data))
  const rows = inflateSync(packed, { maxOutputLength: MOST_BYTES + height })
  return { width, height, channels, pixels: unfilter(rows, width * channels, height, channels) }
}

function* chunksOf(bytes: Buffer): Generator<{ readonly type: string; readonly data: Buffer }> {
  for (let at = 8; at + 8 <= bytes.length; ) {
    const length = bytes.readUInt32BE(at)
    yield { type: bytes.toString('latin1', at + 4, at + 8), data: bytes.subarray(at + 8, at + 8 + length) }
    at += length + 12
  }
}

function unfilter(rows: Buffer, stride: number, height: number, step: number): Uint8Array {
  const pixels = new Uint8Array(stride * height)
  for (let row = 0; row < height; row++) {
    const filter = rows[row * (stride + 1)] ?? 0
    for (let column = 0; column < stride; column++) {
      const at = row * stride + column
      const left = column < step ? 0 : (pixels[at - step] ?? 0)
      const up = row === 0 ? 0 : (pixels[at - stride] ?? 0)
      const corner = row === 0 || column < step ? 0 : (pixels[at - stride - step] ?? 0)
      pixels[at] = (rows[row * (stride + 1) + 1 + column] ?? 0) + predicted(filter, left, up, corner)
    }
  }
  return pixels
}

function predicted(filter: number, left: number, up: number, corner: number): number {
  switch (filter) {
    case 1:
      return left
    case 2:
      return up
    case 3:
      return (left + up) >> 1
    case 4:
      return paeth(left, up, corner)
    default:
      return 0
  }
}

function paeth(left: number, up: number, corner: number): number {
  const guess = left + up - corner
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)]
  return a <= b && a <= c ? left : b <= c ? up : corner
}

/** Of all pixels, at most so many may differ visibly. */
const SHARE = 0.001
/** The largest difference (of 255) that is invisible. */
const UNSEEN = 3

/** Whether two pictures of one size look the same. */
export function looksSame(was: Picture, is: Picture): boolean {
  if (was.width !== is.width || was.height !== is.height || was.channels !== is.channels) return false
  let seen = 0
  for (const [at, value] of was.pixels.entries()) if (Math.abs(value - (is.pixels[at] ?? 0)) > UNSEEN) seen++
  return seen <= was.pixels.length * SHARE
}
