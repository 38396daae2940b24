/** pure. Sets of hashes by which notebooks are recognised. */
import { createHash } from 'node:crypto'
import { MARKS_LIMIT } from './log-entry.ts'

/** A cell id of at least this many characters was made at random: no two notebooks share it by chance. */
const RANDOM_ID_LENGTH = 8
/** Ids that only number the cells, as filters write them, do not identify a notebook. */
const NUMBERING = /^\D{0,4}\d{1,4}$/

export const isRandomId = (id: string): boolean => id.length >= RANDOM_ID_LENGTH
export const isChosenId = (id: string): boolean => !isRandomId(id) && !NUMBERING.test(id)

/** The hash by which marks know a cell id or the digest of a source. */
export const markOf = (value: string): string => createHash('sha256').update(value).digest('hex').slice(0, 12)

/** The smallest hashes of a set, which represent it: two sets are as alike as theirs are. */
export const smallest = (hashes: Iterable<string>): string[] =>
  [...new Set(hashes)].sort().slice(0, MARKS_LIMIT)
