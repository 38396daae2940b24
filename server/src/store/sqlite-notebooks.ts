/** Notebooks as the log knows them: where each is, what it is recognised by, and which one a path means. */
import { bookAt, UNPLACED } from './index-notebooks.ts'
import { NotebookMarks } from './log-entry.ts'
import { isChosenId, isRandomId, markOf, smallest } from './notebook-marks.ts'
import type { KnownNotebook } from './ports.ts'
import type { Queryable } from './reader.ts'
import { type Row, text, textOrNull } from './row.ts'

/** All of them; a path under which runs were recorded before notebooks had ids counts as one. */
export function knownNotebooks(db: Queryable): readonly KnownNotebook[] {
  const placed = db.prepare('SELECT * FROM notebooks').all()
  const unplaced = db.prepare("SELECT DISTINCT book FROM sessions WHERE book LIKE 'path:%'").all()
  return [
    ...placed.map((row) => notebookOf(db, row)),
    ...unplaced.map((row) => unplacedNotebook(db, text(row, 'book'))),
  ]
}

function unplacedNotebook(db: Queryable, id: string): KnownNotebook {
  const path = id.slice(UNPLACED.length)
  return { id, path, state: 'there', copiedFrom: null, marks: marksOfRuns(db, id), isSeen: false }
}

/** One by its id; null where the log has placed none of that id. */
export function knownNotebook(db: Queryable, id: string): KnownNotebook | null {
  const row = db.prepare('SELECT * FROM notebooks WHERE id = ?').get(id)
  return row === undefined ? null : notebookOf(db, row)
}

/** The id that a query means by a notebook: an id, or the path that a notebook has or had last. */
export function namedBook(db: Queryable, named: string): string {
  const isId = named.startsWith(UNPLACED) || knownNotebook(db, named) !== null
  return isId ? named : bookAt(db, named)
}

function notebookOf(db: Queryable, row: Row): KnownNotebook {
  const id = text(row, 'id')
  const marks = textOrNull(row, 'marks')
  const state = text(row, 'state')
  return {
    id,
    path: text(row, 'path'),
    state: state === 'trashed' || state === 'displaced' ? state : 'there',
    copiedFrom: textOrNull(row, 'copied_from'),
    marks: marks === null ? marksOfRuns(db, id) : NotebookMarks.parse(JSON.parse(marks)),
    isSeen: marks !== null,
  }
}

/** The marks of the cells from its runs, for a notebook whose file was never read. */
function marksOfRuns(db: Queryable, book: string): NotebookMarks {
  const rows = db.prepare('SELECT DISTINCT cell_id, source_digest FROM runs WHERE book = ?').all(book)
  const ids = rows.map((row) => textOrNull(row, 'cell_id')).filter((id) => id !== null)
  return {
    file: null,
    ids: smallest(ids.filter(isRandomId).map(markOf)),
    shortIds: smallest(ids.filter(isChosenId).map(markOf)),
    sources: smallest(rows.map((row) => markOf(text(row, 'source_digest')))),
  }
}
