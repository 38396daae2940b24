/** docs/extending/route.md: what the route takes and answers, and who may call it. */
import { z } from 'zod'
import { plain } from '../../../contract/route.ts'

export const greetingApi = {
  greet: {
    ...plain,
    method: 'post',
    path: '/api/greetings/:name',
    summary: 'Greets a person.',
    role: 'commenter',
    params: z.object({ name: z.string().max(80) }),
    body: z.object({ loud: z.boolean().default(false) }),
    answer: z.object({ text: z.string() }),
  },
} as const
