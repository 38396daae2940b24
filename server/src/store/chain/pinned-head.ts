/**
 * The last head of a history, remembered in the user's folder: what the project folder says of its own past is checked
 * against it. One file for each workspace, replaced whole.
 */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { openUserFolder, userFolder } from '../../user/user-folder.ts'

const PinnedHead = z.object({ seq: z.number().int(), hash: z.string(), at: z.string() })
export type PinnedHead = z.infer<typeof PinnedHead>

const FOLDER = 'heads'

/** Null where none is remembered, or none can be read. */
export function readPinnedHead(workspace: string): PinnedHead | null {
  try {
    return PinnedHead.parse(JSON.parse(readFileSync(pathOf(userFolder(), workspace), 'utf8')))
  } catch {
    return null
  }
}

/** Throws if the user's folder cannot be written. */
export function writePinnedHead(workspace: string, head: PinnedHead): void {
  openUserFolder(undefined, FOLDER)
  const path = pathOf(userFolder(), workspace)
  writeFileSync(`${path}.new`, JSON.stringify(head), { mode: 0o600 })
  renameSync(`${path}.new`, path)
}

const pathOf = (folder: string, workspace: string): string => join(folder, FOLDER, `${workspace}.json`)

/** For a history that begins again. */
export const forgetPinnedHead = (workspace: string): void =>
  rmSync(pathOf(userFolder(), workspace), { force: true })
