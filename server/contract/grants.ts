/** Roles for a folder or a notebook, which differ from a member's role in the project. Owners alone read and set them. */
import { z } from 'zod'
import { ProjectPath } from './ids.ts'
import { plain, ROLES } from './route.ts'

/** `none` hides a place and what is in it. `owner` is not among them: an owner is one everywhere. */
export const PLACE_ROLES = ['none', 'viewer', 'commenter', 'editor', 'runner'] as const
export const PlaceRole = z.enum(PLACE_ROLES)
export type PlaceRole = z.infer<typeof PlaceRole>

/** A folder means everything in it; '' is the project. A notebook keeps its grants when it is renamed or moved. */
export const GrantPlace = z.object({ kind: z.enum(['folder', 'notebook']), path: ProjectPath })
export type GrantPlace = z.infer<typeof GrantPlace>

export const RoleHere = z.enum([...PLACE_ROLES, 'owner'])
export type RoleHere = z.infer<typeof RoleHere>

/** A member's role at a place, and where it comes from. */
export const AccessLine = z.object({
  person: z.string(),
  name: z.string(),
  color: z.string(),
  role: RoleHere,
  /** `project`: the member's role in the project. `path` is that of the folder or notebook that has the grant. */
  from: z.object({ kind: z.enum(['project', 'folder', 'notebook']), path: z.string() }),
  /** The grant is of this very place, and not inherited. */
  isHere: z.boolean(),
})
export type AccessLine = z.infer<typeof AccessLine>

export const AccessHere = z.object({ place: GrantPlace, people: z.array(AccessLine) })
export type AccessHere = z.infer<typeof AccessHere>

/** `inherit` removes the grant of this place. */
export const AccessChange = z.object({
  person: z.string().regex(/^[\w-]{1,64}$/, 'the id of a person'),
  place: GrantPlace,
  role: z.union([PlaceRole, z.literal('inherit')]),
})
export type AccessChange = z.infer<typeof AccessChange>

export const grantsApi = {
  accessHere: {
    ...plain,
    method: 'get',
    path: '/api/access',
    summary: 'Lists who has which role at a folder or notebook, and why.',
    role: 'owner',
    query: GrantPlace,
    answer: AccessHere,
  },
  changeAccess: {
    ...plain,
    method: 'put',
    path: '/api/access',
    summary: "Sets a member's role for a folder or notebook. Their open sockets there close if it differs.",
    role: 'owner',
    body: AccessChange,
    answer: AccessHere,
  },
} as const

/** Each role here may do what the ones before it may; `none` may nothing. */
export const isLowerHere = (a: RoleHere, b: RoleHere): boolean => rank(a) < rank(b)
const rank = (role: RoleHere): number => (role === 'none' ? -1 : ROLES.indexOf(role))
