/**
 * pure. The comments of a notebook as metadata of an exported `.ipynb`: `yesterday.comments` of each cell, and of the
 * notebook for threads whose cell is gone. docs/comments.md describes the shape.
 */
import type * as Y from 'yjs'
import { placeOf } from '../../contract/anchors.ts'
import type { Comment, Thread } from '../../contract/comments.ts'
import type { CellForm, NotebookForm } from '../document/cell-form.ts'
import { isJsonObject, type Json, type JsonObject } from '../document/json-value.ts'

/** The notebook with its comments. `doc` is the document that the form was read from. */
export function withComments(form: NotebookForm, doc: Y.Doc, threads: readonly Thread[]): NotebookForm {
  const placed = threads.map((thread) => placedThread(doc, thread))
  const byCell = Map.groupBy(placed, ({ cell }) => cell)
  const cellIds = new Set(form.cells.map(({ id }) => id))
  const rest = placed.filter(({ cell }) => cell === null || !cellIds.has(cell))
  return {
    ...form,
    metadata: added(form.metadata, rest),
    cells: form.cells.map(
      (cell): CellForm => ({ ...cell, metadata: added(cell.metadata, byCell.get(cell.id)) }),
    ),
  }
}

interface PlacedThread {
  readonly cell: string | null
  readonly json: JsonObject
}

function placedThread(doc: Y.Doc, { anchor, quote, resolved, comments }: Thread): PlacedThread {
  const place = anchor.on === 'source' ? placeOf(doc, anchor) : null
  const at: JsonObject = {
    ...(place === null ? {} : { start: place.start, end: place.end }),
    ...(anchor.on === 'output' ? { output: anchor.output } : {}),
    ...('run' in anchor && anchor.run !== null ? { run: anchor.run } : {}),
  }
  const json = {
    about: anchor.on,
    ...at,
    quote,
    resolved: resolved && { by: resolved.by.name, at: resolved.at },
    comments: comments.filter(({ deleted }) => !deleted).map(commentJson),
  }
  return { cell: place?.cell ?? anchor.cell, json }
}

const commentJson = ({ author, at, edited, text }: Comment): Json => ({
  author: author.name,
  at,
  edited,
  text,
})

function added(metadata: JsonObject, threads: readonly PlacedThread[] | undefined): JsonObject {
  if (threads === undefined || threads.length === 0) return metadata
  const ours = isJsonObject(metadata.yesterday) ? metadata.yesterday : {}
  return { ...metadata, yesterday: { ...ours, comments: threads.map(({ json }) => json) } }
}
