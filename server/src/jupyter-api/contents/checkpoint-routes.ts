/** `/api/contents/…/checkpoints`. */
import type { Actor } from '../../../contract/actor.ts'
import { contentsApi } from '../../../contract/contents-api.ts'
import { readRegular } from '../../disk/regular-file.ts'
import { diskRefusal } from '../../files/disk-error.ts'
import { json, type Reply } from '../../http/reply.ts'
import { on, type Route } from '../../http/route.ts'
import { created, noContent } from '../replies.ts'
import { CHECKPOINT, type FileCheckpoints } from './checkpoints.ts'
import { bare, entryOf, type FoundEntry } from './model.ts'
import { createFile, type NotebookFiles, replaceFile } from './notebook-files.ts'
import { badRequest, contentsRefusal, contentsUrl, refusedReply } from './replies.ts'

export interface CheckpointParts {
  readonly root: string
  readonly notebooks: NotebookFiles
  readonly checkpoints: FileCheckpoints
}

export function fileCheckpointRoutes(parts: CheckpointParts): readonly Route[] {
  const { root, checkpoints } = parts
  return [
    on(contentsApi.listCheckpoints, ({ params }) =>
      withFile(root, params.path, async ({ model }) => {
        const checkpoint = await checkpoints.of(model.path)
        return json(checkpoint === null ? [] : [checkpoint])
      }),
    ),
    on(contentsApi.createCheckpoint, ({ params }) =>
      withFile(root, params.path, (found) => create(parts, found)),
    ),
    on(contentsApi.restoreCheckpoint, ({ params, person }) =>
      params.checkpoint === CHECKPOINT ? restore(parts, bare(params.path), person) : noCheckpoint(params),
    ),
    on(contentsApi.deleteCheckpoint, async ({ params }) => {
      const path = bare(params.path)
      if (params.checkpoint !== CHECKPOINT || (await checkpoints.of(path)) === null)
        return noCheckpoint(params)
      await checkpoints.remove(path)
      return noContent
    }),
  ]
}

const noCheckpoint = async ({ path, checkpoint }: { path: string; checkpoint: string }): Promise<Reply> =>
  contentsRefusal({
    code: 'missing',
    status: 404,
    message: `Checkpoint does not exist: ${path}@${checkpoint}`,
  })

async function withFile(
  root: string,
  asked: string,
  answer: (found: FoundEntry) => Promise<Reply>,
): Promise<Reply> {
  const found = await entryOf(root, bare(asked))
  if (!found.ok) return refusedReply(found.refusal)
  if (found.model.type === 'directory') return badRequest('A folder has no checkpoints.')
  try {
    return await answer(found)
  } catch (error) {
    return refusedReply(diskRefusal(error, found.model.path))
  }
}

async function create({ notebooks, checkpoints }: CheckpointParts, found: FoundEntry): Promise<Reply> {
  const { absolute, model } = found
  const read = model.type === 'notebook' ? await notebooks.read(found) : null
  // A notebook that cannot be opened is copied as it is.
  const bytes = read?.ok === true ? read.bytes : await readRegular(absolute)
  return created(
    contentsUrl(model.path, 'checkpoints', CHECKPOINT),
    await checkpoints.keep(model.path, bytes),
  )
}

async function restore(
  { root, notebooks, checkpoints }: CheckpointParts,
  path: string,
  by: Actor,
): Promise<Reply> {
  const bytes = await checkpoints.bytes(path)
  if (bytes === null) return noCheckpoint({ path, checkpoint: CHECKPOINT })
  const found = await entryOf(root, path)
  const refusal = !found.ok
    ? await createFile(root, path, bytes)
    : path.endsWith('.ipynb')
      ? await notebooks.restore(found, bytes, by)
      : await replaceFile(found.absolute, path, bytes)
  return refusal === null ? noContent : refusedReply(refusal)
}
