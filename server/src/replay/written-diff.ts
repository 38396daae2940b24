/**
 * What a replay wrote, as a diff from the file on disk. Invariant: the texts are masked before they are compared, files
 * that keep secrets are not read, and so many lines are shown; no link is followed.
 */
import { constants } from 'node:fs'
import { open, realpath } from 'node:fs/promises'
import { relative, sep } from 'node:path'
import { isSecretFile } from '@yesterday/kernel-bridge'
import type { DiffLine } from '../../contract/past.ts'
import type { WrittenDiff } from '../../contract/replay.ts'
import { diffLines } from '../lineage/diff-lines.ts'
import { FOLDER } from '../store/project-folder.ts'
import type { Written } from './isolation/isolation.ts'

const MOST_BYTES = 256 * 1024
const MOST_LINES = 200
/** Characters of a line. */
const LONGEST = 2000
/** Lines around a change. */
const AROUND = 3

interface Place {
  readonly root: string
  readonly mask: (text: string) => string
  /** Whether files outside of the project are left out. */
  readonly insideOnly: boolean
}

export async function diffWritten(file: Written, { root, mask, insideOnly }: Place): Promise<WrittenDiff> {
  const { path, change, bytesAt } = file
  const inside = relative(root, path)
  if (inside.split(sep).includes(FOLDER)) return without('it belongs to the history')
  if (insideOnly && (inside === '..' || inside.startsWith(`..${sep}`)))
    return without('it is outside of the project; see it with `yesterday replay --diff`')
  if (isSecretFile(path)) return without('its name says that it keeps secrets')
  if (change !== 'deleted' && bytesAt === null) return without('its bytes were not kept')
  try {
    if (change !== 'created' && (await realpath(path)) !== path) return without('it is reached by a link')
    const before = change === 'created' ? null : await textAt(path)
    const after = bytesAt === null ? null : await textAt(bytesAt)
    return shown(before && mask(before), after && mask(after))
  } catch (error) {
    return without(error instanceof NotShown ? error.message : 'it cannot be read')
  }
}

const without = (why: string): WrittenDiff => ({ parts: [], rest: 0, why })

class NotShown extends Error {}

async function textAt(path: string): Promise<string> {
  const file = await open(
    path,
    constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0),
  )
  try {
    const facts = await file.stat()
    if (!facts.isFile()) throw new NotShown('it is no regular file')
    const buffer = Buffer.alloc(MOST_BYTES + 1)
    let length = 0
    for (let read = 1; read > 0 && length < buffer.length; length += read)
      read = (await file.read(buffer, length, buffer.length - length)).bytesRead
    if (length > MOST_BYTES) throw new NotShown('it is larger than 256 KiB')
    return decoded(buffer.subarray(0, length))
  } finally {
    await file.close()
  }
}

function decoded(bytes: Uint8Array): string {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    if (!text.includes('\0')) return text
  } catch {
    // Not UTF-8.
  }
  throw new NotShown('it is no text')
}

function shown(before: string | null, after: string | null): WrittenDiff {
  const lines =
    before !== null && after !== null
      ? diffLines(before, after)
      : [...whole(before, 'removed'), ...whole(after, 'added')]
  const near = partsOf(lines)
  if (near.length === 0) return without('no line differs, except in masked secrets')
  const parts: DiffLine[][] = []
  let left = MOST_LINES
  for (const part of near) {
    if (left <= 0) break
    parts.push(part.slice(0, left).map(({ type, text }) => ({ type, text: clipped(text) })))
    left -= part.length
  }
  return { parts, rest: Math.max(-left, near.flat().length - MOST_LINES, 0), why: null }
}

const whole = (text: string | null, type: DiffLine['type']): DiffLine[] =>
  text === null || text === ''
    ? []
    : text
        .replace(/\n$/, '')
        .split('\n')
        .map((line) => ({ type, text: line }))

const clipped = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text)

/** The changes with the lines around them; what is far from a change is left out. */
function partsOf(lines: readonly DiffLine[]): DiffLine[][] {
  const parts: DiffLine[][] = []
  let last = -1
  for (const [at, { type }] of lines.entries()) {
    if (type === 'same') continue
    const from = Math.max(last + 1, at - AROUND)
    const to = Math.min(lines.length - 1, at + AROUND)
    const part = lines.slice(from, to + 1)
    if (from === last + 1 && parts.length > 0) parts.at(-1)?.push(...part)
    else parts.push(part)
    last = to
  }
  return parts
}
