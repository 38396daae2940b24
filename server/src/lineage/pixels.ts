/** pure. How far two PNG pictures of one size look different to a person; anti-aliasing does not count. */
import { type DecodedPng, decode } from 'fast-png'
import pixelmatch from 'pixelmatch'

/** Larger pictures are compared by digest alone. */
const MOST_PIXELS = 4096 * 4096

/** Null where either is not read, or their sizes differ. */
export function differentPixels(
  a: Uint8Array,
  b: Uint8Array,
): { readonly different: number; readonly of: number } | null {
  const [before, after] = [rgba(a), rgba(b)]
  if (before === null || after === null) return null
  if (before.width !== after.width || before.height !== after.height) return null
  const { width, height } = before
  const different = pixelmatch(before.data, after.data, undefined, width, height, { threshold: 0.1 })
  return { different, of: width * height }
}

interface Picture {
  readonly width: number
  readonly height: number
  readonly data: Uint8Array
}

function rgba(bytes: Uint8Array): Picture | null {
  // The size is in the header: a picture that is too large is not unpacked.
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.byteLength < 24 || view.getUint32(16) * view.getUint32(20) > MOST_PIXELS) return null
  try {
    return expand(decode(bytes))
  } catch {
    return null
  }
}

/** To four channels of 8 bits. */
function expand({ width, height, channels, depth, data, palette }: DecodedPng): Picture | null {
  if (depth < 8) return null
  const out = new Uint8Array(width * height * 4)
  const level = (index: number) => {
    const value = data[index] ?? 0
    return depth === 16 ? value >> 8 : value
  }
  for (let pixel = 0; pixel < width * height; pixel++) {
    const at = pixel * channels
    const grey = channels < 3
    const color = palette?.[level(at)] ?? [
      level(at),
      level(grey ? at : at + 1),
      level(grey ? at : at + 2),
      channels % 2 === 0 ? level(at + channels - 1) : 255,
    ]
    out.set([color[0] ?? 0, color[1] ?? 0, color[2] ?? 0, color[3] ?? 255], pixel * 4)
  }
  return { width, height, data: out }
}
