/**
 * The files of the project that a session read, for a kernel that does not see them. Invariant: only files inside of the
 * project are sent, none that may hold secrets, and in all no more than the budget.
 */
import { realpath } from 'node:fs/promises'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { isSecretFile } from '@yesterday/kernel-bridge'
import type { MoveReason } from '../../../contract/move.ts'
import type { Edge, Receipt } from '../../../contract/run.ts'
import { readRegular } from '../../disk/regular-file.ts'
import type { Store } from '../../store/ports.ts'
import { contentOfVersion } from '../file-facts.ts'

/** Bytes of all files together, and how many there may be. */
export const FILES_BUDGET = 256 * 2 ** 20
const MOST_FILES = 2_000

export interface MovableFile {
  /** As the notebook names it. */
  readonly name: string
  readonly reason: MoveReason | null
  /** Below the project folder, with slashes; empty where it does not move. */
  readonly path: string
  readonly bytes: Uint8Array | null
}

/** What these runs read, each file in its last version, with its bytes. */
export async function movableFiles(
  { root, store }: { readonly root: string; readonly store: Store },
  notebook: string,
  receipts: readonly Receipt[],
): Promise<readonly MovableFile[]> {
  const cwd = dirname(join(root, notebook))
  const last = new Map<string, Edge>()
  for (const edge of receipts.flatMap(({ used, generated }) => [...used, ...generated]))
    if (isRead(edge)) last.set(`${edge.kind} ${edge.name}`, edge)
  const files: MovableFile[] = []
  let left = FILES_BUDGET
  for (const edge of [...last.values()].slice(0, MOST_FILES)) {
    const file = await movable({ root, cwd, store, left }, edge)
    left -= file.bytes?.byteLength ?? 0
    files.push(file)
  }
  return files
}

const isRead = ({ kind, deleted, digest }: Edge): boolean =>
  (kind === 'file' || kind === 'module') && !deleted && digest !== null

interface Source {
  readonly root: string
  /** The notebook's folder. */
  readonly cwd: string
  readonly store: Store
  /** Bytes that may still be sent. */
  readonly left: number
}

async function movable({ root, cwd, store, left }: Source, edge: Edge): Promise<MovableFile> {
  const stays = (code: MoveReason['code'], values: Record<string, string> = {}): MovableFile => ({
    name: edge.name,
    reason: { code, values },
    path: '',
    bytes: null,
  })
  if (isSecretFile(edge.name)) return stays('secret')
  if (edge.kind === 'file' && below(root, resolve(cwd, edge.name)) === null) return stays('outside')
  const budget = { limit: String(FILES_BUDGET / 2 ** 20) }
  if ((edge.size ?? 0) > left) return stays('budget', budget)
  const content = await contentOfVersion(cwd, store, edge)
  if (content === null) return stays('gone')
  const path = below(root, resolve(cwd, content.name))
  if (path === null) return stays('outside')
  const bytes = content.bytes ?? (await bytesInside(root, content.path, left))
  if (bytes === null) return stays('outside')
  if (bytes.byteLength > left) return stays('budget', budget)
  return { name: edge.name, reason: null, path, bytes }
}

/** Null for a link that leads out of the project, and for what cannot be read. */
async function bytesInside(root: string, path: string, limit: number): Promise<Uint8Array | null> {
  const real = await realpath(path).catch(() => null)
  if (real === null || below(await realpath(root), real) === null) return null
  return readRegular(real, limit + 1).catch(() => null)
}

/** The path below the folder, with slashes; null where it is not there. */
function below(folder: string, path: string): string | null {
  const found = relative(folder, path)
  const isOutside = found === '' || found === '..' || found.startsWith(`..${sep}`) || resolve(found) === found
  return isOutside || found.split(sep)[0] === '.yesterday' ? null : found.split(sep).join('/')
}
