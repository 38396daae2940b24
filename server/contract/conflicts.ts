/**
 * Conflicts of a merge in a notebook: git's markers in the file's text, or the marker cells of our merges. Choices are kept by
 * the server until they are applied, so everyone who resolves the same notebook sees the same. Nothing is written before.
 */
import { z } from 'zod'
import { ProjectPath } from './ids.ts'
import { plain } from './route.ts'

export const ConflictCell = z.object({
  type: z.enum(['code', 'markdown', 'raw']),
  source: z.string(),
  /** As the document holds them (`document.ts`); null for cells that are not code. */
  outputs: z.array(z.record(z.string(), z.json())).nullable(),
})
export type ConflictCell = z.infer<typeof ConflictCell>

/** `edited` replaces both sides by one cell with this source. */
export const ConflictChoice = z.discriminatedUnion('take', [
  z.object({ take: z.enum(['ours', 'theirs', 'both']) }),
  z.object({ take: z.literal('edited'), source: z.string().max(1_000_000) }),
])
export type ConflictChoice = z.infer<typeof ConflictChoice>

const ConflictKey = z.string().regex(/^[0-9a-f]{32}$/)

export const NotebookConflict = z.object({
  /** Differs if any text of the conflict differs. */
  key: ConflictKey,
  /** The place, from 1, among the cells without markers, with both sides counted. */
  cell: z.number(),
  /** The source that both sides began with; null if it is not known. */
  base: z.string().nullable(),
  /** Empty for a side that removed the cell. */
  ours: z.array(ConflictCell),
  theirs: z.array(ConflictCell),
  choice: ConflictChoice.nullable(),
  /** Name of the person who chose. */
  by: z.string().nullable(),
})
export type NotebookConflict = z.infer<typeof NotebookConflict>

export const NotebookConflicts = z.object({
  path: ProjectPath,
  /** Of all conflicts together, for `finish`. */
  version: z.string(),
  /** Where the two sides were read: in the file's text, in git's index, or in marker cells. */
  from: z.enum(['text', 'index', 'cells']),
  conflicts: z.array(NotebookConflict),
})
export type NotebookConflicts = z.infer<typeof NotebookConflicts>

export const ResolvedNotebook = z.object({
  path: ProjectPath,
  /** The arguments of the git command that comes next; null if git does not wait for one. */
  next: z.array(z.string()).nullable(),
})

export type ResolvedNotebook = z.infer<typeof ResolvedNotebook>

const Path = z.object({ path: ProjectPath })

export const conflictsApi = {
  conflicts: {
    ...plain,
    method: 'get',
    path: '/api/conflicts',
    summary: 'Lists the conflicts of a notebook, with the choices so far. Changes nothing.',
    role: 'viewer',
    query: Path,
    answer: NotebookConflicts,
  },
  choose: {
    ...plain,
    method: 'put',
    path: '/api/conflicts',
    summary: 'Keeps a choice for one conflict, or takes it back with `null`. Writes no notebook.',
    role: 'editor',
    body: Path.extend({ conflict: ConflictKey, choice: ConflictChoice.nullable() }),
    answer: NotebookConflicts,
  },
  finish: {
    ...plain,
    method: 'post',
    path: '/api/conflicts',
    summary: 'Writes the notebook as chosen. All conflicts of this `version` must have a choice.',
    role: 'editor',
    body: Path.extend({ version: z.string().max(100) }),
    answer: ResolvedNotebook,
  },
  cancel: {
    ...plain,
    method: 'delete',
    path: '/api/conflicts',
    summary: 'Forgets all choices for a notebook. The file stays as it is.',
    role: 'editor',
    query: Path,
    answer: NotebookConflicts,
  },
} as const
