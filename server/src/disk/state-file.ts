/**
 * Files of JSON in which the server keeps its state. Invariant: one that is there and cannot be read is never written
 * over: it gets a name of its own in the same folder, which is logged.
 */
import { readFileSync, renameSync } from 'node:fs'
import { logFault } from '@yesterday/kernel-bridge/background'

/** What was read; null where there is no sound file. `setAside`: the path of the damaged one, where there was one. */
export interface StateRead<T> {
  readonly value: T | null
  readonly setAside: string | null
}

/** Reads the file; `parse` throws for what it does not know. Never throws. */
export function readStateFile<T>(path: string, parse: (json: unknown) => T): StateRead<T> {
  try {
    return { value: parse(JSON.parse(readFileSync(path, 'utf8'))), setAside: null }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      return { value: null, setAside: null }
    return { value: null, setAside: setAside(path, error) }
  }
}

/** `people.json.damaged-2026-11-30T12-00-00-000Z` */
function setAside(path: string, why: unknown): string {
  const kept = `${path}.damaged-${new Date().toISOString().replace(/[:.]/g, '-')}`
  const reason = why instanceof Error ? why.message : String(why)
  try {
    renameSync(path, kept)
    logFault(`Could not read ${path}. It is kept as ${kept}, and begins empty.`, reason)
    return kept
  } catch (error) {
    logFault(`Could not read ${path} (${reason}), and could not rename it. It begins empty.`, error)
    return path
  }
}
