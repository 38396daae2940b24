/** Routes of members, invitations, sign-in and the sessions of a person. */
import { z } from 'zod'
import { AuditEntries } from './audit.ts'
import { Me } from './http.ts'
import { Timestamp } from './ids.ts'
import {
  JoinForm,
  MadeInvitation,
  Member,
  NewInvitation,
  PasswordChange,
  PeopleList,
  PersonId,
  RoleChange,
  SignedInDevices,
  SignInForm,
} from './people.ts'
import { plain } from './route.ts'

const PersonParam = z.object({ person: PersonId })
const DeviceParam = z.object({ device: z.string() })
/** Pages without script, for people who are not signed in. */
const page = { ...plain, role: 'anyone', answer: null, streams: true } as const

export const peopleApi = {
  signInPage: {
    ...page,
    method: 'get',
    path: '/sign-in',
    summary: 'The page to sign in with name and password, or with the token of the terminal.',
  },
  signIn: {
    ...page,
    method: 'post',
    path: '/sign-in',
    summary: 'Signs in by name and password; sets the cookie and leads to the notebooks.',
    reads: 'form',
    body: SignInForm,
  },
  providerStart: {
    ...page,
    method: 'get',
    path: '/sign-in/provider',
    summary: 'Leads to the provider that signs people in, where one is configured.',
    query: z.object({ next: z.string().max(5000).default('') }),
  },
  providerAnswer: {
    ...page,
    method: 'get',
    path: '/sign-in/provider/callback',
    summary: 'Where the provider leads back to: signs in, and leads to the notebooks.',
    /** The answer is read by the client of the protocol. */
    query: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
  },
  providerLogout: {
    ...page,
    method: 'post',
    path: '/sign-in/provider/logout',
    summary:
      'Called by the OpenID provider when a person signed out there: their sessions end (back-channel logout).',
    ignoresSender: true,
    reads: 'form',
    answer: z.object({}),
    streams: false,
    body: z.object({ logout_token: z.string().max(16_000).default('') }),
  },
  hubAnswer: {
    ...page,
    method: 'get',
    path: '/oauth_callback',
    summary: 'As `/sign-in/provider/callback`, at the address that a JupyterHub leads back to.',
    query: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
  },
  joinPage: {
    ...page,
    method: 'get',
    path: '/join',
    summary: 'The page of an invitation.',
    query: z.object({ invite: z.string().max(1000).default('') }),
  },
  join: {
    ...page,
    method: 'post',
    path: '/join',
    summary: 'Accepts an invitation: makes the member and signs in.',
    reads: 'form',
    body: JoinForm,
  },
  list: {
    ...plain,
    method: 'get',
    path: '/api/people',
    summary: 'Lists members and open invitations.',
    role: 'owner',
    answer: PeopleList,
  },
  invite: {
    ...plain,
    method: 'post',
    path: '/api/people/invitations',
    summary: 'Makes an invitation. Its link is only in this answer.',
    role: 'owner',
    body: NewInvitation,
    answer: MadeInvitation,
    status: 201,
  },
  revokeInvitation: {
    ...plain,
    method: 'delete',
    path: '/api/people/invitations/:invitation',
    summary: 'Revokes an invitation. Members whom it made stay.',
    role: 'owner',
    reads: 'nothing',
    params: z.object({ invitation: z.string() }),
    answer: PeopleList,
  },
  changeRole: {
    ...plain,
    method: 'patch',
    path: '/api/people/members/:person',
    summary: "Changes a member's role. Their sockets close and open again with the new one.",
    role: 'owner',
    params: PersonParam,
    body: RoleChange,
    answer: Member,
  },
  remove: {
    ...plain,
    method: 'delete',
    path: '/api/people/members/:person',
    summary: 'Removes a member: their sessions end, and their sockets close with 4403.',
    role: 'owner',
    reads: 'nothing',
    params: PersonParam,
    answer: PeopleList,
  },
  audit: {
    ...plain,
    method: 'get',
    path: '/api/audit',
    summary: 'Lists what people did in this project, newest first.',
    role: 'owner',
    query: z.object({
      limit: z.coerce.number().int().min(1).max(500).default(100),
      /** Only entries that are older. */
      before: Timestamp.optional(),
    }),
    answer: AuditEntries,
  },
  devices: {
    ...plain,
    method: 'get',
    path: '/api/me/sessions',
    summary: 'Lists where the caller is signed in.',
    role: 'viewer',
    answer: SignedInDevices,
  },
  leave: {
    ...plain,
    method: 'delete',
    path: '/api/me/membership',
    summary: 'Ends the membership of the caller: as `remove`, by themselves.',
    role: 'viewer',
    reads: 'nothing',
    answer: null,
    status: 204,
  },
  signOutDevice: {
    ...plain,
    method: 'delete',
    path: '/api/me/sessions/:device',
    summary: 'Signs the caller out in one browser.',
    role: 'viewer',
    reads: 'nothing',
    params: DeviceParam,
    answer: SignedInDevices,
  },
  signOutEverywhere: {
    ...plain,
    method: 'post',
    path: '/api/me/sign-out-everywhere',
    summary: 'Signs the caller out in all browsers, this one included.',
    role: 'viewer',
    reads: 'nothing',
    answer: null,
    status: 204,
  },
  changePassword: {
    ...plain,
    method: 'put',
    path: '/api/me/password',
    summary: "Sets the caller's password, and signs out their other browsers.",
    role: 'viewer',
    body: PasswordChange,
    answer: Me,
  },
} as const
