/** Who the others see; to Jupyter clients, who sends the request and what they may do. */
import type { Me } from '../../../contract/http.ts'
import { projectApi } from '../../../contract/project-api.ts'
import { mayActAs } from '../../../contract/route.ts'
import type { Access } from '../access.ts'
import type { People, Person } from '../people.ts'
import { json, refuse } from '../reply.ts'
import { on, type Route } from '../route.ts'

/** `Identity` and permissions of Jupyter Server's OpenAPI document. */
function identityModel(
  { id, name, color }: Person,
  asked: Readonly<Record<string, readonly string[]>>,
  mayWrite: boolean,
) {
  const letters = name.split(/\s+/).map((word) => word.slice(0, 1))
  const initials = letters.slice(0, 2).join('').toUpperCase()
  const identity = { username: id, name, display_name: name, initials, avatar_url: null, color }
  const allowed = Object.entries(asked).map(([resource, actions]) => [
    resource,
    actions.filter((action) => mayWrite || action === 'read'),
  ])
  return { identity, permissions: { ...Object.fromEntries(allowed), updatable_fields: [] } }
}

export interface Project {
  readonly name: string
  readonly version: string
}

export function meRoutes(people: People, project: Project): readonly Route[] {
  const me = (person: Person): Me => ({
    actor: { id: person.id, name: person.name },
    color: person.color,
    isNamed: people.isNamed(person.id),
    project: project.name,
    version: project.version,
  })
  return [
    on(projectApi.me, async ({ person, query, role }) =>
      json({ ...me(person), ...identityModel(person, query.permissions, mayActAs(role, 'owner')) }),
    ),
    on(projectApi.changeMe, async (call) => {
      const { name, color } = call.body
      const person = people.rename(call.person.id, { ...(name && { name }), ...(color && { color }) })
      if (person) return json(me(person))
      return refuse({ code: 'noProfile', status: 409, message: 'A program has no name to change.' })
    }),
  ]
}

/** `signedOut` closes the open sockets of a person. */
export function signOutRoutes(
  access: Pick<Access, 'signOut'>,
  signedOut: (personId: string) => void,
): readonly Route[] {
  return [
    on(projectApi.signOut, async ({ person }) => {
      const cookie = access.signOut(person)
      signedOut(person.id)
      return { kind: 'empty', headers: { 'set-cookie': cookie } }
    }),
  ]
}
