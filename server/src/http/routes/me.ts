/** Who the others see; to Jupyter clients, who sends the request and what they may do. */
import type { Me } from '../../../contract/http.ts'
import { projectApi } from '../../../contract/project-api.ts'
import { mayActAs, Role, type Standing } from '../../../contract/route.ts'
import type { Recording } from '../../people/audit.ts'
import type { People, Person } from '../../people/people.ts'
import { json, refuse } from '../reply.ts'
import { type Call, on, type Route } from '../route.ts'
import { nameTaken } from './refusals.ts'

/** `Identity` and permissions of Jupyter Server's OpenAPI document. */
function identityModel(
  { id, name, color }: Person,
  asked: Readonly<Record<string, readonly string[]>>,
  role: Standing,
) {
  const letters = name.split(/\s+/).map((word) => word.slice(0, 1))
  const initials = letters.slice(0, 2).join('').toUpperCase()
  const identity = { username: id, name, display_name: name, initials, color }
  const allowed = Object.entries(asked).map(([resource, actions]) => [
    resource,
    actions.filter((action) => mayActAs(role, neededFor(resource, action))),
  ])
  return { identity, permissions: { ...Object.fromEntries(allowed), updatable_fields: [] } }
}

export interface Project {
  readonly name: string
  readonly version: string
  /** Where people whom a provider signed in go after they signed out; null: nowhere. */
  readonly signOutUrl?: string | null
}

/** Kernels, sessions and terminals run code; contents are documents and files. */
function neededFor(resource: string, action: string): Role {
  if (action === 'read') return 'viewer'
  return resource === 'contents' ? 'editor' : 'runner'
}

/** The caller, as `/api/me` shows them. */
export function meOf(
  people: People,
  { name, version, signOutUrl = null }: Project,
  { person, role }: Pick<Call, 'person' | 'role'>,
): Me {
  const provider = people.providerOf(person.id)
  return {
    actor: { id: person.id, name: person.name },
    color: person.color,
    isNamed: people.isNamed(person.id),
    hasPassword: people.passwordOf(person.id) !== null,
    hasPasskey: people.passkeys.of(person.id).length > 0,
    provider,
    decidesRole: provider !== null && people.isManaged(person.id),
    signOutUrl: provider === null ? null : signOutUrl,
    role: Role.parse(role),
    owners: people.members.filter((member) => member.role === 'owner').map((owner) => owner.name),
    project: name,
    version,
  }
}

export function meRoutes(people: People, project: Project): readonly Route[] {
  return [
    on(projectApi.me, async (call) => {
      const { person, query, role } = call
      return json({ ...meOf(people, project, call), ...identityModel(person, query.permissions, role) })
    }),
    on(projectApi.changeMe, async (call) => {
      const { name, color } = call.body
      const person = people.rename(call.person.id, { ...(name && { name }), ...(color && { color }) })
      if (person === 'taken') return refuse(nameTaken)
      if (person) return json(meOf(people, project, { person, role: call.role }))
      return refuse({ code: 'noProfile', status: 409, message: 'A program has no name to change.' })
    }),
  ]
}

export interface SignOutParts {
  readonly people: People
  /** The line that clears the cookie. */
  readonly clearedCookie: string
  readonly record: Recording
  /** Closes the open sockets of the ended session. */
  readonly endRevoked: () => void
}

export function signOutRoutes({ people, clearedCookie, record, endRevoked }: SignOutParts): readonly Route[] {
  return [
    on(projectApi.signOut, async ({ person, session, visitor }) => {
      people.endSessions(person.id, ({ id }) => id === session)
      endRevoked()
      const by = { id: person.id, name: person.name }
      record({ action: 'signed-out', by, address: visitor.address, about: { where: 'this browser' } })
      return { kind: 'empty', headers: { 'set-cookie': clearedCookie } }
    }),
  ]
}
