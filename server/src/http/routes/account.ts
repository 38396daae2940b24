/** The caller, the people of the project, and how they get in. */
import type { Recording } from '../../people/audit.ts'
import type { Access } from '../access.ts'
import type { Route } from '../route.ts'
import { meRoutes, type Project, signOutRoutes } from './me.ts'
import { passkeyRoutes } from './passkeys.ts'
import { peopleRoutes } from './people.ts'
import { signInRoutes } from './sign-in.ts'

/** `endRevoked` closes the open sockets of people whose rights changed. */
export function accountRoutes(
  access: Access,
  project: Project,
  record: Recording,
  endRevoked: () => void,
): readonly Route[] {
  const { people, clearedCookie, audit } = access
  return [
    ...meRoutes(people, project),
    ...signOutRoutes({ people, clearedCookie, record, endRevoked }),
    ...peopleRoutes({ people, clearedCookie, record, endRevoked, audit }),
    ...signInRoutes(access, project, endRevoked),
    ...passkeyRoutes(access, project),
  ]
}
