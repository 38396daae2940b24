/** A notebook in another form, as attachment: as the document says it now, saved or not. */
import { z } from 'zod'
import type { NotebookForm } from '../../document/cell-form.ts'
import { readForm } from '../../document/document-form.ts'
import { inline } from '../../document/large-values.ts'
import type { Documents } from '../../document/ports.ts'
import { ExportFormat, exportNotebook } from '../../export/export-notebook.ts'
import { locate } from '../../files/locate.ts'
import type { ObjectStore } from '../../store/ports.ts'
import { attachment, type Reply, refuse } from '../reply.ts'
import { type Call, parse, type Route, wildcard } from '../route.ts'

export interface ExportParts {
  /** The project folder's real path. */
  readonly root: string
  readonly documents: Pick<Documents, 'open'>
  readonly objects: Pick<ObjectStore, 'get'>
}

const Query = z.object({ format: ExportFormat })

export function exportRoutes(parts: ExportParts): readonly Route[] {
  return [{ method: 'get', path: '/api/export/*path', handle: (call) => exported(parts, call) }]
}

async function exported({ root, documents, objects }: ExportParts, call: Call): Promise<Reply> {
  const query = parse(Query, call.query)
  if (!query.ok) return query.reply
  const path = wildcard(call)
  const located = await locate(root, path)
  if (!located.ok) return refuse(located.refusal)
  const opened = await documents.open(path)
  if (!opened.ok) return refuse(opened.refusal)
  const form = await inFull(readForm(opened.document.doc), objects)
  const base = (path.split('/').at(-1) ?? path).replace(/\.ipynb$/, '')
  const { name, contentType, body } = exportNotebook(query.value.format, base, form)
  return { kind: 'bytes', body, headers: { ...attachment(name), 'content-type': contentType } }
}

/** With the values that stand outside the document. */
async function inFull(form: NotebookForm, objects: ExportParts['objects']): Promise<NotebookForm> {
  const read = (digest: string) => objects.get(digest)
  const cells = form.cells.map(async (cell) => ({
    ...cell,
    outputs:
      cell.outputs === null ? null : await Promise.all(cell.outputs.map((output) => inline(output, read))),
  }))
  return { ...form, cells: await Promise.all(cells) }
}
