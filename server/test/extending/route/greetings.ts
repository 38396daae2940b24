/** docs/extending/route.md: the handler. It gets parsed values, from a sender whose role suffices. */
import { json } from '../../../src/http/reply.ts'
import { on, type Route } from '../../../src/http/route.ts'
import { greetingApi } from './greeting-api.ts'

export const greetingRoutes = (): readonly Route[] => [
  on(greetingApi.greet, async ({ params: { name }, body: { loud } }) => {
    const text = `Hello ${name}`
    return json({ text: loud ? text.toUpperCase() : text })
  }),
]
