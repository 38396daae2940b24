/** pure. Names for things that cross the wire. */
import { z } from 'zod'

/** A content address: `sha256:` and 64 hex digits (OCI image spec, "Digests"). */
export const Digest = z.string().regex(/^sha256:[0-9a-f]{64}$/, 'a digest is "sha256:" and 64 hex digits')
export type Digest = z.infer<typeof Digest>

/** Runs and sessions are named by 20 random hex digits, so that a short prefix tells them apart, as in git. */
export const RunId = z.string().min(1).max(64)
export type RunId = z.infer<typeof RunId>
export const SessionId = z.string().min(1).max(64)
export type SessionId = z.infer<typeof SessionId>

/** A cell's id as nbformat 4.5 defines it. */
export const CellId = z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/, 'a cell id is 1 to 64 of a-z A-Z 0-9 _ -')
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
