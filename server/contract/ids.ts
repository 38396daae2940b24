/** pure. Names for things that cross the wire. */
import { z } from 'zod'
import { CELL_ID } from './cell-id.ts'

/** A content address: `sha256:` and 64 hex digits (OCI image spec, "Digests"). */
export const Digest = z.string().regex(/^sha256:[0-9a-f]{64}$/, 'a digest is "sha256:" and 64 hex digits')
export type Digest = z.infer<typeof Digest>

/** An id that may become part of a path: no separator, no leading dot. It never leaves its folder. */
const PathSafe = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'an id is 1 to 64 of a-z A-Z 0-9 _ -')

/** Runs and sessions are named by 20 random hex digits, so that a short prefix identifies one, as in git. */
export const RunId = PathSafe
export type RunId = z.infer<typeof RunId>
export const SessionId = PathSafe
export type SessionId = z.infer<typeof SessionId>
export const KernelId = PathSafe
/** Names the room of a notebook. */
export const DocumentId = PathSafe
export type DocumentId = z.infer<typeof DocumentId>

/** A cell's id as nbformat 4.5 defines it. */
export const CellId = z.string().regex(CELL_ID, 'a cell id is 1 to 64 of a-z A-Z 0-9 _ -')
export type CellId = z.infer<typeof CellId>

/** Path of a file below the project folder: `/` between parts, no leading `/`, no `.` or `..` parts. */
export const ProjectPath = z
  .string()
  .max(4096)
  .refine(isProjectPath, 'a path below the project folder, without "..", "." or empty parts')
export type ProjectPath = z.infer<typeof ProjectPath>

function isProjectPath(path: string): boolean {
  if (path === '') return true
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..' && !part.includes('\0'))
}

/** The form of a timestamp everywhere: ISO 8601, UTC, milliseconds, `Z`. */
export const Timestamp = z.iso.datetime()
export type Timestamp = z.infer<typeof Timestamp>
