/**
 * Which notebook a file is. Invariant: a notebook has one file; of two files that could be it, the one at its recorded
 * path keeps the identity, and the other is a copy.
 */
import type { NotebookMarks } from '../../store/log-entry.ts'
import type { KnownNotebook } from '../../store/ports.ts'
import { isBlank, type Likeness, likenessOf } from './marks.ts'

export type Recognised =
  /** The notebook that was at this path until now. */
  | { readonly kind: 'here'; readonly notebook: KnownNotebook }
  /** A notebook that was elsewhere, and is not there any more. */
  | { readonly kind: 'moved'; readonly notebook: KnownNotebook }
  /** A new notebook. `from` is the one that it is a copy of. */
  | { readonly kind: 'new'; readonly from: KnownNotebook | null }

export interface RecogniseEffects {
  readonly known: readonly KnownNotebook[]
  /** The marks of the notebook that is at a path now; null where there is none. */
  readonly look: (path: string) => Promise<NotebookMarks | null>
}

/** So many candidates are looked at on the disk. */
const MOST_LOOKS = 16
/** Shares of ids and sources from which a file at another path is taken for a notebook, or for a copy of it. */
const ALIKE = { ids: 0.3, sources: 0.6 }
/** Shares below which a file at the same path is taken for another notebook. */
const STILL = { ids: 0.2, sources: 0.3, shortIds: 0.5 }
/** By so much must another notebook be more alike than the one at the path. */
const CLEARLY = 0.5

/** Whether the file at the path of a notebook has so much of it that no other can be meant. */
export const isPlainly = (marks: NotebookMarks, here: KnownNotebook): boolean =>
  here.state === 'there' && here.isSeen && contentOf(likenessOf(marks, here.marks)) > 1 - CLEARLY

/** Recognises the file at `path`, which has these marks. */
export async function recognise(
  path: string,
  marks: NotebookMarks,
  { known, look }: RecogniseEffects,
): Promise<Recognised> {
  const here = known.find((one) => one.path === path && one.state === 'there')
  const others = candidates(marks, known, path).filter(({ notebook }) => notebook !== here)
  if (here !== undefined && isStill(marks, here, others)) return { kind: 'here', notebook: here }
  let from: KnownNotebook | null = null
  for (const { notebook, likeness } of others.slice(0, MOST_LOOKS)) {
    if (await hasLeft(notebook, { path, likeness }, look)) return { kind: 'moved', notebook }
    from ??= notebook
  }
  return { kind: 'new', from }
}

interface Candidate {
  readonly notebook: KnownNotebook
  readonly likeness: Likeness
  readonly score: number
}

/** Notebooks that the file could be, the likeliest first; of equals those that are known not to be elsewhere. */
function candidates(
  marks: NotebookMarks,
  known: readonly KnownNotebook[],
  path: string,
): readonly Candidate[] {
  const all = known.map((notebook) => {
    const likeness = likenessOf(marks, notebook.marks)
    return { notebook, likeness, score: scoreOf(likeness) }
  })
  const isElsewhere = ({ notebook }: Candidate) => notebook.state === 'there' && notebook.path !== path
  return all
    .filter(({ likeness }) => isAlike(likeness))
    .sort((a, b) => b.score - a.score || Number(isElsewhere(a)) - Number(isElsewhere(b)))
}

const contentOf = ({ ids, sources }: Likeness): number => Math.max(ids ?? 0, sources ?? 0)

const scoreOf = ({ sameFile, ids, sources }: Likeness): number =>
  (sameFile ? 1 : 0) + (ids ?? 0) + (sources ?? 0)

function isAlike({ sameFile, ids, sources, commonSources, sameSources }: Likeness): boolean {
  if (sameFile || (ids ?? 0) >= ALIKE.ids) return true
  return ids === null && (sources ?? 0) >= ALIKE.sources && (commonSources > 1 || sameSources)
}

/** Whether the file at the path of a notebook is that notebook still, edited by whatever program. */
function isStill(marks: NotebookMarks, here: KnownNotebook, others: readonly Candidate[]): boolean {
  const likeness = likenessOf(marks, here.marks)
  const content = contentOf(likeness)
  const [best] = others
  const other = best === undefined ? 0 : contentOf(best.likeness)
  if (other - content >= CLEARLY) return false
  if (best?.likeness.sameFile === true && !likeness.sameFile && content < STILL.ids) return false
  return !here.isSeen || likeness.sameFile || !isAnother(marks, here.marks, likeness)
}

function isAnother(marks: NotebookMarks, before: NotebookMarks, likeness: Likeness): boolean {
  if (isBlank(marks) || isBlank(before)) return !isBlank(before)
  if ((likeness.sources ?? 0) >= STILL.sources) return false
  if (likeness.ids !== null) return likeness.ids < STILL.ids
  if ((likeness.shortIds ?? 0) >= STILL.shortIds) return false
  // A cell or two without lasting ids may well have been rewritten.
  return Math.min(marks.sources.length, before.sources.length) > 1
}

/** Whether a notebook that the file at `path` could be is not where it was. */
async function hasLeft(
  { path: former, state, marks }: KnownNotebook,
  { path, likeness }: { readonly path: string; readonly likeness: Likeness },
  look: RecogniseEffects['look'],
): Promise<boolean> {
  if (state === 'trashed') return former === path || likeness.sameFile
  if (state === 'displaced' || former === path) return true
  const there = await look(former)
  if (there === null) return true
  const remains = likenessOf(there, marks)
  return !remains.sameFile && (likeness.sameFile || !isAlike(remains))
}
