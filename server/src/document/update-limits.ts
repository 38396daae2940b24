/** How much one update may hold. Read from its bytes, before Yjs builds anything of it. */
import { scanUpdate } from './update-scan.ts'

/** Largest update, in bytes. */
export const MAX_UPDATE = 16 * 1024 * 1024
/** Most structs, and most ranges of deletions: ten thousand cells with outputs. */
const MAX_PARTS = 150_000
/** Most JSON values. */
const MAX_VALUES = 1_000_000

/** `ends` holds, by client, the clock after the client's last struct in the update. */
export type Measured =
  | { readonly ok: true; readonly ends: ReadonlyMap<number, number> }
  | { readonly ok: false; readonly problem: string }

/** Measures an update; `problem` is for a person. Never throws. */
export function measureUpdate(update: Uint8Array): Measured {
  if (update.length > MAX_UPDATE) {
    const [size, limit] = [update.length, MAX_UPDATE].map((bytes) => Math.round(bytes / 1024 ** 2))
    return refused(
      `This edit has ${size} MB. Up to ${limit} MB can be added at once: keep large data in a file.`,
    )
  }
  const ends = new Map<number, number>()
  try {
    const { structs, deletions, values } = scanUpdate(update, ({ client, clock, length }) => {
      ends.set(client, clock + length)
    })
    if (structs > MAX_PARTS || deletions > MAX_PARTS || values > MAX_VALUES) return refused(tooMany)
    return { ok: true, ends }
  } catch (error) {
    return refused(`The edit cannot be read: ${error instanceof Error ? error.message : String(error)}.`)
  }
}

const tooMany = 'This edit changes too much at once. Change fewer cells at a time.'
const refused = (problem: string): Measured => ({ ok: false, problem })
