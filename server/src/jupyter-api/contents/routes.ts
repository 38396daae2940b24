/** `/api/contents` of Jupyter Server, over the project folder. */
import { contentsApi } from '../../../contract/contents-api.ts'
import type { Files } from '../../files/files.ts'
import type { Reply } from '../../http/reply.ts'
import { on, type Route } from '../../http/route.ts'
import { noContent } from '../replies.ts'
import { fileCheckpointRoutes } from './checkpoint-routes.ts'
import { FileCheckpoints } from './checkpoints.ts'
import { Chunks } from './chunks.ts'
import { createContents } from './create.ts'
import { bare } from './model.ts'
import { type FileParts, NotebookFiles } from './notebook-files.ts'
import { downloadReply, readContents } from './read.ts'
import { badRequest, refusedReply } from './replies.ts'
import { saveContents, written } from './save.ts'

export interface ContentsParts extends FileParts {
  /** The workspace's own folder. */
  readonly folder: string
  readonly files: Pick<Files, 'perform' | 'discard'>
}

export function contentsRoutes(parts: ContentsParts): readonly Route[] {
  const { root, files } = parts
  const notebooks = new NotebookFiles(parts)
  const checkpoints = new FileCheckpoints(parts.folder)
  const saving = { root, notebooks, chunks: new Chunks(root) }
  const reading = { root, notebooks }
  return [
    ...fileCheckpointRoutes({ root, notebooks, checkpoints }),
    on(contentsApi.readContentsRoot, ({ query }) => readContents(reading, '', query)),
    on(contentsApi.readContents, ({ params, query }) => readContents(reading, params.path, query)),
    on(contentsApi.createInRoot, ({ body }) => createContents({ root, files }, '', body)),
    on(contentsApi.createIn, ({ params, body }) => createContents({ root, files }, params.path, body)),
    on(contentsApi.saveContents, ({ params, body, person }) =>
      body === null
        ? createContents({ root, files }, params.path, {})
        : saveContents(saving, person, params.path, body),
    ),
    on(contentsApi.renameContents, ({ params, body }) =>
      rename({ root, files, checkpoints }, bare(params.path), body.path),
    ),
    on(contentsApi.deleteContents, ({ params }) => remove({ files, checkpoints }, bare(params.path))),
    on(contentsApi.downloadFile, ({ params }) => downloadReply(root, params.path)),
  ]
}

type Changing = Pick<ContentsParts, 'files'> & { readonly checkpoints: FileCheckpoints }

async function rename(
  { root, files, checkpoints }: Changing & Pick<ContentsParts, 'root'>,
  from: string,
  asked: string | null | undefined,
): Promise<Reply> {
  if (asked == null) return badRequest('The body names no new path.')
  const to = bare(asked)
  if (to === from) return written(root, from, 200)
  const done = await files.perform({ type: 'move', from, to })
  if (!done.ok) return refusedReply(done.refusal)
  await checkpoints.moved(from, to)
  return written(root, to, 200)
}

async function remove({ files, checkpoints }: Changing, path: string): Promise<Reply> {
  const done = await files.discard(path)
  if (!done.ok) return refusedReply(done.refusal)
  await checkpoints.remove(path)
  return noContent
}
