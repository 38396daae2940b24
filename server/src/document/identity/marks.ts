/** pure. What a notebook's file is recognised by, and how much of it two files have in common. */
import { KnownSecrets, Masker } from '@yesterday/kernel-bridge'
import { digestOf } from '../../disk/digest.ts'
import { MARKS_LIMIT, type NotebookMarks } from '../../store/log-entry.ts'
import { isChosenId, isRandomId, markOf, smallest } from '../../store/notebook-marks.ts'
import type { NotebookForm } from '../cell-form.ts'

/** The marks of a file that says `form`. `file` is `FileStat.identity`. */
export function marksOf({ minor, cells }: NotebookForm, file: string | null): NotebookMarks {
  // Below 4.5 the file has no ids: those of the form were made from its text.
  const ids = minor >= 5 ? cells.map(({ id }) => id) : []
  const sources = cells.map(({ source }) => source).filter((source) => source.trim() !== '')
  return {
    file,
    ids: smallest(ids.filter(isRandomId).map(markOf)),
    shortIds: smallest(ids.filter(isChosenId).map(markOf)),
    sources: smallest(sources.map((source) => markOf(digestOf(withoutSecrets(source))))),
  }
}

/** Finds secrets by the text alone. It makes no fingerprints. */
const finder = new Masker(new KnownSecrets(), Buffer.alloc(0))

/** A short secret could be guessed from the hash of a source that holds it. */
function withoutSecrets(source: string): string {
  const places = finder.find(source, true)
  return (
    source.slice(0, places[0]?.start) +
    places.map(({ end }, index) => source.slice(end, places[index + 1]?.start)).join('\0')
  )
}

/** How much two notebooks have in common, each from 0 to 1: the share of the smaller one that the other has too. */
export interface Likeness {
  /** The same file on the disk, under whatever name. */
  readonly sameFile: boolean
  /** Null where a side has nothing of the kind. */
  readonly ids: number | null
  readonly shortIds: number | null
  readonly sources: number | null
  /** How many sources both have, and whether these are all. */
  readonly commonSources: number
  readonly sameSources: boolean
}

export const likenessOf = (a: NotebookMarks, b: NotebookMarks): Likeness => ({
  sameFile: a.file !== null && a.file === b.file,
  ids: overlap(a.ids, b.ids),
  shortIds: overlap(a.shortIds, b.shortIds),
  sources: overlap(a.sources, b.sources),
  commonSources: a.sources.filter((hash) => b.sources.includes(hash)).length,
  sameSources: a.sources.join() === b.sources.join(),
})

export const isBlank = ({ ids, shortIds, sources }: NotebookMarks): boolean =>
  ids.length === 0 && shortIds.length === 0 && sources.length === 0

/** Of sets that are given by their smallest hashes: what lies beyond the last hash of a full one is not known of it. */
function overlap(a: readonly string[], b: readonly string[]): number | null {
  const end = [a, b].filter((hashes) => hashes.length === MARKS_LIMIT).map((hashes) => hashes.at(-1) ?? '')
  const isKnown = (hash: string) => end.every((last) => hash <= last)
  const [known, other] = [a.filter(isKnown), new Set(b.filter(isKnown))]
  const smaller = Math.min(known.length, other.size)
  return smaller === 0 ? null : known.filter((hash) => other.has(hash)).length / smaller
}
