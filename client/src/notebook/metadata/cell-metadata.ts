/** Tags and metadata of cells: what a person wrote as JSON, checked, and written member by member. */
import { cellMetadata, findCell, type YCell } from '@yesterday/server/contract/document.ts'
import {
  escapeJson,
  escapeKey,
  isDeeperThan,
  isJsonObject,
  normalJson,
  TEXT_DEPTH_LIMIT,
  unescapeJson,
} from '@yesterday/server/contract/json.ts'
import { z } from 'zod'
import type { Notebook } from '../notebook.ts'

type Members = ReadonlyMap<string, unknown>

/** Tags to add to and to remove from every cell, and members of the metadata to write or, if undefined, to delete. */
export interface MetadataChange {
  readonly added: readonly string[]
  readonly removed: readonly string[]
  readonly members: Members
}

export type MetadataProblem =
  | { readonly why: 'syntax'; readonly reason: string }
  | { readonly why: 'object' | 'tags' | 'long' }
  | { readonly why: 'member' | 'depth' | 'number'; readonly name: string }

export type ReadMetadata =
  | { readonly ok: true; readonly members: Members }
  | { readonly ok: false; readonly problem: MetadataProblem }

/** Limits of what is written: characters of the JSON, levels of nesting, characters of a tag. */
export const LONGEST_METADATA = 100_000
const DEEPEST = 32
export const LONGEST_TAG = 200

/** The members that nbformat 4.5 gives a form to. */
const Known: Readonly<Record<string, z.ZodType>> = {
  name: z.string().min(1),
  collapsed: z.boolean(),
  scrolled: z.union([z.boolean(), z.literal('auto')]),
  format: z.string(),
  execution: z.record(z.string(), z.string()),
  jupyter: z.looseObject({ source_hidden: z.boolean().optional(), outputs_hidden: z.boolean().optional() }),
}

const Tags = z.array(z.string())

/** The tags of a cell; none if they are no list of strings. */
export const tagsOf = (cell: YCell): readonly string[] =>
  Tags.catch([]).parse(cellMetadata(cell)?.get('tags') ?? [])

/** pure. The tags in a text, separated by commas, which nbformat does not allow in a tag. */
export const tagsIn = (text: string): readonly string[] => [
  ...new Set(
    text
      .split(',')
      .map((part) => part.trim().toWellFormed())
      .filter((part) => part !== '' && part.length <= LONGEST_TAG),
  ),
]

/** A cell's metadata as JSON, without its tags. */
export function metadataText(cell: YCell): string {
  const metadata = unescapeJson(normalJson(cellMetadata(cell)?.toJSON() ?? {}))
  const rest = Object.entries(metadata ?? {}).filter(([name]) => name !== 'tags')
  return JSON.stringify(Object.fromEntries(rest), null, 2)
}

/** pure. The members that `text` changes of `before`, both JSON without tags. */
export function readMetadata(text: string, before: string): ReadMetadata {
  if (text === before) return { ok: true, members: new Map() }
  const read = parsed(text)
  if ('why' in read) return { ok: false, problem: read }
  const former: Members = new Map(Object.entries(JSON.parse(before)))
  const members = new Map<string, unknown>()
  for (const [name, value] of read.members) {
    if (former.has(name) && JSON.stringify(former.get(name)) === JSON.stringify(value)) continue
    const problem = problemOf(name, value)
    if (problem !== null) return { ok: false, problem }
    members.set(name, value)
  }
  for (const name of former.keys()) if (!read.members.has(name)) members.set(name, undefined)
  return { ok: true, members }
}

function parsed(text: string): { readonly members: Members } | MetadataProblem {
  if (text.length > LONGEST_METADATA) return { why: 'long' }
  try {
    const value: unknown = JSON.parse(text)
    if (!isJsonObject(value)) return { why: 'object' }
    const members = Object.entries(value)
    if (members.some(([name]) => name === 'tags')) return { why: 'tags' }
    const deep = members.find(([, member]) => isDeeperThan(TEXT_DEPTH_LIMIT, member))
    return deep === undefined ? { members: new Map(members) } : { why: 'depth', name: deep[0] }
  } catch (error) {
    return { why: 'syntax', reason: error instanceof Error ? error.message : String(error) }
  }
}

function problemOf(name: string, value: unknown): MetadataProblem | null {
  const known = Object.hasOwn(Known, name) ? Known[name] : undefined
  if (known?.safeParse(value).success === false) return { why: 'member', name }
  const why = flaw(value, DEEPEST)
  return why === null ? null : { why, name }
}

/** What is refused in a value: too many levels, and numbers that lose digits. */
function flaw(value: unknown, levels: number): 'depth' | 'number' | null {
  if (typeof value === 'number')
    return Number.isFinite(value) && (Number.isSafeInteger(value) || !Number.isInteger(value))
      ? null
      : 'number'
  if (typeof value !== 'object' || value === null) return null
  if (levels === 0) return 'depth'
  for (const part of Object.values(value)) {
    const found = flaw(part, levels - 1)
    if (found !== null) return found
  }
  return null
}

/** Changes cells as one step of undo; answers how many of them are there still. Other members stay as they are by now. */
export function changeMetadata(notebook: Notebook, cells: readonly string[], change: MetadataChange): number {
  const there = cells.flatMap((id) => findCell(notebook.doc, id)?.cell ?? [])
  notebook.undo.stopCapturing()
  notebook.doc.transact(() => {
    for (const cell of there) changeCell(cell, change)
  }, notebook.origin)
  notebook.undo.stopCapturing()
  return there.length
}

function changeCell(cell: YCell, { added, removed, members }: MetadataChange): void {
  const metadata = cellMetadata(cell)
  if (metadata === null) return
  for (const [name, value] of members) {
    if (value === undefined) metadata.delete(escapeKey(name))
    else metadata.set(escapeKey(name), escapeJson(value, 1))
  }
  const tags = tagsOf(cell)
  const next = [...new Set([...tags.filter((one) => !removed.includes(one)), ...added])]
  if (tags.length === next.length && tags.every((one, at) => one === next[at])) return
  if (next.length === 0) metadata.delete('tags')
  else metadata.set('tags', next)
}
