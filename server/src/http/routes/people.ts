/** Members and invitations, for owners; signing in and joining, for everyone; the caller's own sessions. */
import type { PlaceRole } from '../../../contract/grants.ts'
import type { Invitation, ListedInvitation, PeopleList } from '../../../contract/people.ts'
import { peopleApi } from '../../../contract/people-api.ts'
import type { Refusal } from '../../document/ports.ts'
import type { Audit, Recording } from '../../people/audit.ts'
import { type Grants, type GrantTarget, invited } from '../../people/grants.ts'
import type { People } from '../../people/people.ts'
import { json, type Reply, refuse } from '../reply.ts'
import { type Call, on, type Route } from '../route.ts'
import { type GrantParts, targetOf, tooMany as tooManyRoles } from './access.ts'
import { senderOf } from './sender.ts'

export interface PeopleParts {
  readonly people: People
  readonly record: Recording
  /** Closes the open sockets of people whose rights changed. */
  readonly endRevoked: () => void
  /** The line that clears the cookie. */
  readonly clearedCookie: string
  /** The address of a path of ours on this host. */
  readonly at: (path: string) => string
  readonly audit: Pick<Audit, 'newest'> | null
  readonly grants: Grants
  readonly places: GrantParts['places']
}

export function peopleRoutes(parts: PeopleParts): readonly Route[] {
  return [...memberRoutes(parts), ...invitationRoutes(parts), ...deviceRoutes(parts)]
}

function memberRoutes(parts: PeopleParts): readonly Route[] {
  const { people, record, endRevoked, audit, grants } = parts
  return [
    on(peopleApi.list, async () => json(await listOf(parts))),
    on(peopleApi.audit, async ({ query }) => json(audit?.newest(query.limit, query.before) ?? [])),
    on(peopleApi.changeRole, async (call) => {
      const { role } = call.body
      const before = people.members.find(({ id }) => id === call.params.person)
      const changed = people.changeRole(call.params.person, role)
      if (typeof changed === 'string') return refuse(notChanged[changed])
      endRevoked()
      const about = { person: changed.name, personId: changed.id, role, before: before?.role ?? '' }
      record({ action: 'role-changed', ...senderOf(call), about })
      return json(changed)
    }),
    on(peopleApi.remove, async (call) => {
      const member = people.members.find(({ id }) => id === call.params.person)
      const removed = people.remove(call.params.person)
      if (removed !== 'removed') return refuse(notChanged[removed])
      grants.forget(call.params.person)
      endRevoked()
      const about = { person: member?.name ?? '', personId: call.params.person }
      record({ action: 'member-removed', ...senderOf(call), about })
      return json(await listOf(parts))
    }),
    on(peopleApi.leave, async (call): Promise<Reply> => {
      const { person, session } = call
      if (session === null) return refuse(NO_MEMBER)
      const removed = people.remove(person.id)
      if (removed !== 'removed') return refuse(notChanged[removed])
      grants.forget(person.id)
      endRevoked()
      const about = { person: person.name, personId: person.id, how: 'left' }
      record({ action: 'member-removed', ...senderOf(call), about })
      return { kind: 'empty', headers: { 'set-cookie': parts.clearedCookie } }
    }),
  ]
}

const NO_MEMBER: Refusal = { code: 'noProfile', status: 409, message: 'A program is no member.' }

function invitationRoutes(parts: PeopleParts): readonly Route[] {
  const { people, record, grants, at } = parts
  return [
    on(peopleApi.invite, async (call) => {
      const { on: place, role: wanted } = call.body
      const target = place === undefined ? undefined : await targetOf(parts, place)
      if (target === null) return refuse(noNotebook)
      if (target !== undefined && wanted === 'owner') return refuse(ownersHaveAll)
      const inProject = target === undefined ? wanted : 'viewer'
      const made = people.invitations.make({ ...call.body, role: inProject }, call.person.name)
      if (made === 'full') return refuse(tooMany)
      if (target !== undefined && wanted !== 'owner' && !inviteTo(parts, made, { on: target, role: wanted }))
        return refuse(tooManyRoles)
      const { invitation, secret } = made
      const { id, role, expires, usesLeft } = invitation
      const about = {
        invitation: id,
        role: target === undefined ? role : wanted,
        expires,
        uses: String(usesLeft),
        ...(place && { [place.kind]: place.path }),
      }
      record({ action: 'invitation-made', ...senderOf(call), about })
      return json({ invitation, path: at(`/join?invite=${secret}`) })
    }),
    on(peopleApi.revokeInvitation, async (call) => {
      const { invitation } = call.params
      if (!people.invitations.revoke(invitation))
        return refuse({ code: 'missing', status: 404, message: 'There is no such invitation any more.' })
      grants.forget(invited(invitation))
      record({ action: 'invitation-revoked', ...senderOf(call), about: { invitation } })
      return json(await listOf(parts))
    }),
  ]
}

/** Everything is hidden from those who accept it, but the place. False, and there is no invitation, where there is no room. */
function inviteTo(
  { people: { invitations }, grants }: PeopleParts,
  { invitation: { id, by } }: { readonly invitation: Invitation },
  wanted: { readonly on: GrantTarget; readonly role: PlaceRole },
): boolean {
  let isDone = false
  try {
    grants.keepInvitations(invitations.open.map((one) => one.id))
    const hidden = { on: { kind: 'folder', path: '' }, role: 'none' } as const
    isDone = grants.putAll(invited(id), [hidden, wanted], by) !== 'full'
  } finally {
    if (!isDone) invitations.revoke(id)
  }
  return isDone
}

function deviceRoutes({ people, record, endRevoked, clearedCookie }: PeopleParts): readonly Route[] {
  const own = ({ person, session }: Call) => json(people.devices(person.id, session))
  return [
    on(peopleApi.devices, async (call) => own(call)),
    on(peopleApi.signOutDevice, async (call) => {
      const { device } = call.params
      const isFound = people.endSessions(call.person.id, ({ publicId }) => publicId === device)
      if (!isFound)
        return refuse({ code: 'missing', status: 404, message: 'There is no such session any more.' })
      endRevoked()
      record({ action: 'signed-out', ...senderOf(call), about: { where: 'another browser' } })
      return own(call)
    }),
    on(peopleApi.signOutEverywhere, async (call): Promise<Reply> => {
      people.endSessions(call.person.id, () => true)
      endRevoked()
      record({ action: 'signed-out', ...senderOf(call), about: { where: 'everywhere' } })
      return { kind: 'empty', headers: { 'set-cookie': clearedCookie } }
    }),
  ]
}

async function listOf({ people, grants, places }: PeopleParts): Promise<PeopleList> {
  const listed = people.invitations.open.map(async (invitation): Promise<ListedInvitation> => {
    const own = grants.of(invited(invitation.id)).find(({ role }) => role !== 'none')
    if (own === undefined || own.role === 'none') return { ...invitation, place: null }
    const { on: target, role } = own
    const path =
      target.kind === 'folder' ? target.path : ((await places.ofDocument(target.document))?.path ?? '')
    return { ...invitation, place: { kind: target.kind, path, role } }
  })
  return { members: [...people.members], invitations: await Promise.all(listed) }
}

const notChanged: Readonly<Record<'missing' | 'lastOwner' | 'managed', Refusal>> = {
  missing: { code: 'missing', status: 404, message: 'There is no such member any more.' },
  managed: {
    code: 'managed',
    status: 409,
    message: 'The role of this member comes from the provider that signs them in.',
    hint: 'Change their groups there. It takes effect when they sign in the next time.',
  },
  lastOwner: {
    code: 'lastOwner',
    status: 409,
    message: 'This is the last owner of the project.',
    hint: 'Make another member an owner first.',
  },
}
const noNotebook: Refusal = { code: 'missing', status: 404, message: 'There is no such notebook.' }
const ownersHaveAll: Refusal = {
  code: 'owner',
  status: 409,
  message: 'An owner of the project is one everywhere.',
  hint: 'Invite an owner to everything.',
}
const tooMany: Refusal = {
  code: 'tooMany',
  status: 409,
  message: 'There are too many open invitations.',
  hint: 'Revoke some of them first.',
}
