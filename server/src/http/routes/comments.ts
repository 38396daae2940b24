/** Comments of notebooks: read, written, marked as read. Author and time are those of the request. */
import { commentsApi } from '../../../contract/comments-api.ts'
import type { CommentAnswer, Comments } from '../../comments/comments.ts'
import { json, type Reply, refuse } from '../reply.ts'
import { on, type Route } from '../route.ts'

export function commentRoutes(
  comments: Pick<Comments, 'list' | 'begin' | 'change' | 'read'>,
): readonly Route[] {
  return [
    on(commentsApi.comments, async ({ params, person }) =>
      replyOf(await comments.list(params.document, person)),
    ),
    on(commentsApi.openThread, async ({ params, person, body }) =>
      replyOf(await comments.begin(params.document, person, body)),
    ),
    on(commentsApi.changeThread, async ({ params, person, body }) =>
      replyOf(await comments.change(params.document, params.thread, person, body)),
    ),
    on(commentsApi.readThread, async ({ params, person, body }) =>
      replyOf(await comments.read(params.document, params.thread, person, body.read)),
    ),
  ]
}

const replyOf = (answer: CommentAnswer<object>): Reply =>
  answer.ok ? json(answer.value) : refuse(answer.refusal)
