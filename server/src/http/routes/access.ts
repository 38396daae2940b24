/** Roles of members at folders and notebooks: who has which and why, and changing one. */
import {
  type AccessChange,
  type AccessHere,
  type AccessLine,
  type GrantPlace,
  grantsApi,
} from '../../../contract/grants.ts'
import type { Refusal } from '../../document/ports.ts'
import type { Recording } from '../../people/audit.ts'
import type { Grants, GrantTarget, StoredGrant } from '../../people/grants.ts'
import type { People } from '../../people/people.ts'
import type { Places } from '../places.ts'
import { json, refuse } from '../reply.ts'
import { on, type Route } from '../route.ts'
import { senderOf } from './sender.ts'

export interface GrantParts {
  readonly grants: Grants
  readonly places: Pick<Places, 'atPath' | 'canonical' | 'ofDocument'>
  readonly people: Pick<People, 'members'>
  readonly record: Recording
  /** Closes the open sockets of people whose rights changed. */
  readonly endRevoked: () => void
}

export function grantRoutes(parts: GrantParts): readonly Route[] {
  const { grants, people, record, endRevoked } = parts
  return [
    on(grantsApi.accessHere, async ({ query }) => {
      const target = await targetOf(parts, query)
      return target === null ? refuse(noNotebook) : json(await accessAt(parts, query, target))
    }),
    on(grantsApi.changeAccess, async (call) => {
      const { person, place, role } = call.body
      const target = await targetOf(parts, place)
      const member = people.members.find(({ id }) => id === person)
      const problem = whyNot(target, member)
      if (problem !== null || target === null) return refuse(problem ?? noNotebook)
      if (role === 'inherit') grants.remove(person, target)
      else if (grants.put(person, target, role, call.person.name) === 'full') return refuse(tooMany)
      endRevoked()
      record({ action: 'access-changed', ...senderOf(call), about: aboutOf(call.body, member?.name ?? '') })
      return json(await accessAt(parts, place, target))
    }),
  ]
}

/** What a grant of this place is stored under; null where there is no such notebook. */
export async function targetOf(
  { places }: Pick<GrantParts, 'places'>,
  { kind, path }: GrantPlace,
): Promise<GrantTarget | null> {
  if (kind === 'folder') return { kind, path: await places.canonical(path) }
  const { document } = await places.atPath(path)
  return document === null ? null : { kind, document }
}

async function accessAt(
  { grants, places, people }: GrantParts,
  place: GrantPlace,
  target: GrantTarget,
): Promise<AccessHere> {
  const at =
    target.kind === 'folder'
      ? { path: target.path, document: null }
      : ((await places.ofDocument(target.document)) ?? { path: place.path, document: target.document })
  const lines = people.members.map(async ({ id, name, color, role: inProject }): Promise<AccessLine> => {
    const { role, grant } = grants.at(id, inProject, at)
    const isHere = grant !== null && isAt(grant, target)
    return { person: id, name, color, role, from: await fromOf(places, grant), isHere }
  })
  return { place: { ...place, path: at.path ?? place.path }, people: await Promise.all(lines) }
}

async function fromOf(places: GrantParts['places'], grant: StoredGrant | null): Promise<AccessLine['from']> {
  if (grant === null) return { kind: 'project', path: '' }
  const { on: place } = grant
  if (place.kind === 'folder') return place
  return { kind: 'notebook', path: (await places.ofDocument(place.document))?.path ?? '' }
}

const isAt = ({ on: place }: StoredGrant, target: GrantTarget): boolean =>
  place.kind === 'folder'
    ? target.kind === 'folder' && place.path === target.path
    : target.kind === 'notebook' && place.document === target.document

const aboutOf = ({ place, role, person }: AccessChange, name: string): Record<string, string> => ({
  person: name,
  personId: person,
  role,
  [place.kind]: place.path === '' ? '/' : place.path,
})

function whyNot(target: GrantTarget | null, member: { readonly role: string } | undefined): Refusal | null {
  if (target === null) return noNotebook
  if (member === undefined)
    return { code: 'missing', status: 404, message: 'There is no such member any more.' }
  return member.role === 'owner' ? ownerEverywhere : null
}

const noNotebook: Refusal = { code: 'missing', status: 404, message: 'There is no such notebook.' }
const ownerEverywhere: Refusal = {
  code: 'owner',
  status: 409,
  message: 'An owner of the project is one everywhere.',
  hint: 'Change the role in the project first.',
}
export const tooMany: Refusal = {
  code: 'tooMany',
  status: 409,
  message: 'There are too many roles of folders and notebooks.',
}
