/**
 * Which session is being recovered: `.yesterday/recovering.json`, there from before a session is reattached until it was.
 * One that is found at a start says that the server ended meanwhile, and perhaps why. Invariant: a kill from outside is
 * no fault of the session, unless it comes at the same session again and again, as from a system without memory.
 */
import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { readRegularSync } from '../disk/regular-file.ts'

const Marker = z.object({
  session: z.string(),
  /** How many starts in a row ended while they took it up, this one included. */
  tries: z.number().int(),
  /** How the server failed meanwhile; null where nothing is known. */
  fault: z.string().nullable(),
})
export type Marker = z.infer<typeof Marker>

/** So many ends in a row are no accident. */
const MOST_TRIES = 4

const fileIn = (folder: string): string => join(folder, 'recovering.json')

/** Null where the last recovery came to its end. */
export function readMarker(folder: string): Marker | null {
  try {
    return Marker.parse(JSON.parse(readRegularSync(fileIn(folder)).toString()))
  } catch {
    return null
  }
}

/** Replaces the marker whole. */
export function writeMarker(folder: string, marker: Marker): void {
  const temporary = `${fileIn(folder)}.new`
  writeFileSync(temporary, JSON.stringify(marker), { mode: 0o600 })
  renameSync(temporary, fileIn(folder))
}

export function removeMarker(folder: string): void {
  rmSync(fileIn(folder), { force: true })
}

/** The server fails now: if a session is being recovered, it is to blame. Never throws. */
export function blameRecovery(folder: string, fault: string): void {
  try {
    const marker = readMarker(folder)
    if (marker !== null) writeMarker(folder, { ...marker, fault })
  } catch {
    // The count of tries shows it in the end.
  }
}

/** Why the session of a found marker is not reattached as it is; null if it is tried again. */
export function whySuspect({ tries, fault }: Marker): string | null {
  if (fault !== null) return fault
  return tries >= MOST_TRIES ? `the server ended ${tries} times while it was reattached` : null
}
