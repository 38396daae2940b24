/** The caller, the people of the project, and how they get in. */
import type { Access } from '../access.ts'
import type { Route } from '../route.ts'
import { type GrantParts, grantRoutes } from './access.ts'
import { meRoutes, type Project, signOutRoutes } from './me.ts'
import { passkeyRoutes } from './passkeys.ts'
import { peopleRoutes } from './people.ts'
import { providerRoutes } from './provider.ts'
import { signInRoutes } from './sign-in.ts'
import { tokenRoutes } from './tokens.ts'

export function accountRoutes(
  access: Access,
  project: Project,
  parts: Omit<GrantParts, 'people'>,
): readonly Route[] {
  const { people, clearedCookie, audit, at, tokens, memberTokens } = access
  const { record, endRevoked } = parts
  return [
    ...meRoutes(people, project),
    ...signOutRoutes({ people, clearedCookie, record, endRevoked }),
    ...peopleRoutes({ ...parts, people, clearedCookie, audit, at }),
    ...grantRoutes({ ...parts, people }),
    ...signInRoutes(access, project, endRevoked),
    ...passkeyRoutes(access, project),
    ...tokenRoutes({ tokens, memberTokens, record, endRevoked }),
    ...providerRoutes(access, endRevoked),
  ]
}
