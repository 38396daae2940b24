/** What the routes of members, invitations and sign-in send and return. `people-api.ts` lists the routes. */
import { z } from 'zod'
import { GrantPlace } from './grants.ts'
import { Timestamp } from './ids.ts'
import { Role } from './route.ts'

/** A password: long enough that guessing it takes longer than the limits of sign-in allow. Bounded, as it is hashed. */
export const PASSWORD_LENGTH = { min: 10, max: 200 } as const
export const Password = z
  .string()
  .min(PASSWORD_LENGTH.min, `a password has at least ${PASSWORD_LENGTH.min} characters`)
  .max(PASSWORD_LENGTH.max, `a password has at most ${PASSWORD_LENGTH.max} characters`)

/** Characters that cannot be seen, or that turn the direction of text, would make two names look the same. */
const UNSEEN = /\p{C}|\p{Zl}|\p{Zp}|\u034f|\u115f|\u1160|\u3164|\uffa0/u
export const PersonName = z
  .string()
  .transform((name) => name.normalize('NFKC').replace(/\s+/g, ' ').trim())
  .refine((name) => name.length >= 1 && name.length <= 80, 'a name has 1 to 80 characters')
  .refine((name) => !UNSEEN.test(name), 'a name has no characters that cannot be seen')

export const PersonId = z.string().regex(/^[\w-]{1,64}$/, 'the id of a person')

/** A person who can sign in. `isGuest`: came by the link of the terminal and has no password yet. */
export const Member = z.object({
  id: PersonId,
  name: z.string(),
  color: z.string(),
  role: Role,
  isGuest: z.boolean(),
  /** The provider by which the person signs in; null where they do so here. */
  provider: z.string().nullable(),
  /** Whether the provider decides the role. */
  isManaged: z.boolean(),
  since: Timestamp,
  /** When a session of this person was last used; null if there is none. */
  lastUsed: Timestamp.nullable(),
})
export type Member = z.infer<typeof Member>

/** A link that makes members. The link's secret is only in the answer that makes it. */
export const Invitation = z.object({
  id: z.string(),
  role: Role,
  created: Timestamp,
  expires: Timestamp,
  /** How many people may still use it. */
  usesLeft: z.number().int(),
  /** The name of the owner who made it. */
  by: z.string(),
})
export type Invitation = z.infer<typeof Invitation>

/** `place`: the folder or notebook that it is for, with the role there; null where `role` is for the project. */
export const ListedInvitation = Invitation.extend({
  place: z.object({ ...GrantPlace.shape, role: Role }).nullable(),
})
export type ListedInvitation = z.infer<typeof ListedInvitation>

export const MAX_INVITATION_DAYS = 30
export const NewInvitation = z.object({
  role: Role,
  days: z.number().int().min(1).max(MAX_INVITATION_DAYS).default(7),
  uses: z.number().int().min(1).max(100).default(1),
  /** The role is for this place, and everything else is hidden. Without it, for the project. */
  on: GrantPlace.optional(),
})
export type NewInvitation = z.infer<typeof NewInvitation>

/** `path` is the link without the origin: `/join?invite=…`. */
export const MadeInvitation = z.object({ invitation: Invitation, path: z.string() })
export type MadeInvitation = z.infer<typeof MadeInvitation>

export const PeopleList = z.object({ members: z.array(Member), invitations: z.array(ListedInvitation) })
export type PeopleList = z.infer<typeof PeopleList>

export const RoleChange = z.object({ role: Role })

/** One browser in which a person is signed in. */
export const SignedInDevice = z.object({
  id: z.string(),
  /** Browser and system, as the browser says. */
  device: z.string(),
  created: Timestamp,
  lastUsed: Timestamp,
  /** The one that asks. */
  isThis: z.boolean(),
})
export type SignedInDevice = z.infer<typeof SignedInDevice>
export const SignedInDevices = z.array(SignedInDevice)

/** `current` is needed where the person has a password already. */
export const PasswordChange = z.object({ current: z.string().max(1000).optional(), password: Password })
export type PasswordChange = z.infer<typeof PasswordChange>

const FormField = z.string().max(1000).default('')
/** Forms of the pages without script; what is wrong in them is said in the page that comes back. */
export const SignInForm = z.object({
  name: FormField,
  password: FormField,
  next: z.string().max(5000).default(''),
})
export const JoinForm = z.object({ name: FormField, password: FormField, invite: FormField })
