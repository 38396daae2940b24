/** A notebook in another form, as attachment: as the document says it now, saved or not. */
import type { Actor } from '../../../contract/actor.ts'
import { fileApi } from '../../../contract/file-api.ts'
import type { ExportFormat } from '../../../contract/http.ts'
import type { Comments } from '../../comments/comments.ts'
import type { NotebookForm } from '../../document/cell-form.ts'
import { readForm } from '../../document/document-form.ts'
import { inline } from '../../document/large-values.ts'
import { maskedForm } from '../../document/masked-export.ts'
import type { Documents } from '../../document/ports.ts'
import { withComments } from '../../export/comments-metadata.ts'
import { exportNotebook } from '../../export/export-notebook.ts'
import { locate } from '../../files/locate.ts'
import type { Secrets } from '../../secrets/secrets.ts'
import type { ObjectStore } from '../../store/ports.ts'
import { attachment, type Reply, refuse } from '../reply.ts'
import { on, type Route } from '../route.ts'

export interface ExportParts {
  /** The project folder's real path. */
  readonly root: string
  readonly documents: Pick<Documents, 'open'>
  readonly objects: Pick<ObjectStore, 'get'>
  readonly secrets: Secrets
  readonly comments: Pick<Comments, 'list'>
}

export function exportRoutes(parts: ExportParts): readonly Route[] {
  return [on(fileApi.export, ({ params, query, person }) => exported(parts, params.path, query, person))]
}

interface Form {
  readonly format: ExportFormat
  readonly secrets: 'masked' | 'kept'
  readonly comments: 'omitted' | 'included'
}

async function exported(
  { root, documents, objects, secrets, comments }: ExportParts,
  path: string,
  asked: Form,
  person: Actor,
): Promise<Reply> {
  if (asked.comments === 'included' && asked.format !== 'ipynb') return refuse(noPlace)
  const located = await locate(root, path)
  if (!located.ok) return refuse(located.refusal)
  const opened = await documents.open(path)
  if (!opened.ok) return refuse(opened.refusal)
  const { id, doc } = opened.document
  const full = await inFull(readForm(doc), objects)
  const listed = asked.comments === 'included' ? await comments.list(id, person) : null
  if (listed?.ok === false) return refuse(listed.refusal)
  const whole = listed === null ? full : withComments(full, doc, listed.value.threads)
  const form = asked.secrets === 'kept' ? whole : maskedForm(whole, secrets)
  const base = (path.split('/').at(-1) ?? path).replace(/\.ipynb$/, '')
  const { name, contentType, body } = exportNotebook(asked.format, base, form)
  return { kind: 'bytes', body, headers: { ...attachment(name), 'content-type': contentType } }
}

const noPlace = {
  code: 'badRequest',
  status: 400,
  message: 'Only an `ipynb` can have the comments.',
  hint: 'Ask for `format=ipynb`, or leave `comments` out.',
}

/** With the values that are stored outside the document. */
async function inFull(form: NotebookForm, objects: ExportParts['objects']): Promise<NotebookForm> {
  const read = (digest: string) => objects.get(digest)
  const cells = form.cells.map(async (cell) => ({
    ...cell,
    outputs:
      cell.outputs === null ? null : await Promise.all(cell.outputs.map((output) => inline(output, read))),
  }))
  return { ...form, cells: await Promise.all(cells) }
}
