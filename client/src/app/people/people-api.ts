/** The requests of members, invitations and own sessions. */
import { AuditEntries } from '@yesterday/server/contract/audit.ts'
import { type AccessChange, AccessHere, type GrantPlace } from '@yesterday/server/contract/grants.ts'
import { Me } from '@yesterday/server/contract/http.ts'
import { CreationOptions, type NewCredential, Passkeys } from '@yesterday/server/contract/passkeys.ts'
import {
  MadeInvitation,
  Member,
  type NewInvitation,
  type PasswordChange,
  PeopleList,
  SignedInDevices,
} from '@yesterday/server/contract/people.ts'
import type { Role } from '@yesterday/server/contract/route.ts'
import { ListedTokens, MadeToken, type NewToken } from '@yesterday/server/contract/tokens.ts'
import { z } from 'zod'
import { api } from '../../api/api.ts'

const named = (path: string, id: string): string => `${path}/${encodeURIComponent(id)}`

export const peopleApi = {
  access: ({ kind, path }: GrantPlace, signal?: AbortSignal) =>
    api.get(AccessHere, `/api/access?${new URLSearchParams({ kind, path })}`, signal),
  changeAccess: (change: AccessChange) => api.send(AccessHere, '/api/access', 'PUT', change),
  list: (signal?: AbortSignal) => api.get(PeopleList, '/api/people', signal),
  invite: (wish: NewInvitation) => api.send(MadeInvitation, '/api/people/invitations', 'POST', wish),
  revoke: (id: string) => api.send(PeopleList, named('/api/people/invitations', id), 'DELETE', null),
  changeRole: (id: string, role: Role) =>
    api.send(Member, named('/api/people/members', id), 'PATCH', { role }),
  remove: (id: string) => api.send(PeopleList, named('/api/people/members', id), 'DELETE', null),
  audit: (before: string | null, signal?: AbortSignal) =>
    api.get(
      AuditEntries,
      `/api/audit${before === null ? '' : `?${new URLSearchParams({ before })}`}`,
      signal,
    ),
  devices: (signal?: AbortSignal) => api.get(SignedInDevices, '/api/me/sessions', signal),
  signOutDevice: (id: string) => api.send(SignedInDevices, named('/api/me/sessions', id), 'DELETE', null),
  leave: () => api.send(z.null(), '/api/me/membership', 'DELETE', null),
  signOut: () => api.send(z.null(), '/api/sign-out', 'POST', null),
  signOutEverywhere: () => api.send(z.null(), '/api/me/sign-out-everywhere', 'POST', null),
  passkeys: (signal?: AbortSignal) => api.get(Passkeys, '/api/me/passkeys', signal),
  passkeyOptions: (current: string) =>
    api.send(CreationOptions, '/api/me/passkeys/options', 'POST', { current }),
  addPasskey: (name: string, credential: z.input<typeof NewCredential>) =>
    api.send(Passkeys, '/api/me/passkeys', 'POST', { name, credential }),
  removePasskey: (id: string) => api.send(Passkeys, named('/api/me/passkeys', id), 'DELETE', null),
  tokens: (signal?: AbortSignal) => api.get(ListedTokens, '/api/me/tokens', signal),
  makeToken: (wish: NewToken) => api.send(MadeToken, '/api/me/tokens', 'POST', wish),
  revokeToken: (id: string) => api.send(ListedTokens, named('/api/me/tokens', id), 'DELETE', null),
  allTokens: (signal?: AbortSignal) => api.get(ListedTokens, '/api/tokens', signal),
  revokeAnyToken: (id: string) => api.send(ListedTokens, named('/api/tokens', id), 'DELETE', null),
  changePassword: (change: PasswordChange) => api.send(Me, '/api/me/password', 'PUT', change),
}
