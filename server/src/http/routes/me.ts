/** Who the others see. */
import { z } from 'zod'
import type { Me } from '../../../contract/http.ts'
import type { People, Person } from '../people.ts'
import { json, refuse } from '../reply.ts'
import { parse, type Route } from '../route.ts'

const MeChange = z.object({
  name: z.string().trim().min(1).max(80).optional(),
  color: z
    .string()
    .regex(/^#[0-9a-f]{6}$/i, 'a colour is "#" and six hex digits')
    .optional(),
})

export interface Project {
  readonly name: string
  readonly version: string
}

export function meRoutes(people: People, project: Project): readonly Route[] {
  const me = (person: Person): Me => ({
    actor: { id: person.id, name: person.name },
    color: person.color,
    project: project.name,
    version: project.version,
  })
  return [
    { method: 'get', path: '/api/me', handle: async (call) => json(me(call.person)) },
    {
      method: 'put',
      path: '/api/me',
      handle: async (call) => {
        const parsed = parse(MeChange, call.body)
        if (!parsed.ok) return parsed.reply
        const { name, color } = parsed.value
        const person = people.rename(call.person.id, { ...(name && { name }), ...(color && { color }) })
        if (person) return json(me(person))
        return refuse({ code: 'noProfile', status: 409, message: 'A program has no name to change.' })
      },
    },
  ]
}
