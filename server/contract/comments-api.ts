/** Routes of comments. Changes reach every open page by the session socket (`comments` and `commentsRead`). */
import { z } from 'zod'
import { ChangedThread, NewThread, NotebookComments, ReadMark, Thread, ThreadChange } from './comments.ts'
import { DocumentId } from './ids.ts'
import { plain } from './route.ts'

const Notebook = z.object({ document: DocumentId })
const ThreadParam = Notebook.extend({ thread: z.string().max(64) })

export const commentsApi = {
  comments: {
    ...plain,
    method: 'get',
    path: '/api/notebooks/:document/comments',
    summary: 'Lists the comment threads of a notebook, what the caller has read, and who can be mentioned.',
    role: 'viewer',
    params: Notebook,
    answer: NotebookComments,
  },
  openThread: {
    ...plain,
    method: 'post',
    path: '/api/notebooks/:document/comments',
    summary: 'Begins a thread with its first comment.',
    role: 'commenter',
    params: Notebook,
    body: NewThread,
    answer: Thread,
    status: 201,
  },
  changeThread: {
    ...plain,
    method: 'post',
    path: '/api/notebooks/:document/comments/:thread',
    summary: 'Replies to a thread, edits or deletes a comment of the caller, resolves or reopens the thread.',
    role: 'commenter',
    params: ThreadParam,
    body: ThreadChange,
    answer: ChangedThread,
  },
  readThread: {
    ...plain,
    method: 'put',
    path: '/api/notebooks/:document/comments/:thread/read',
    summary: 'Marks the comments of a thread as read by the caller.',
    role: 'viewer',
    params: ThreadParam,
    body: ReadMark,
    answer: ReadMark,
  },
} as const
